"""Make the tables of Procrastinate on PostgreSQL, so that its queue can hand jobs to workers."""

import sqlalchemy as sa
from alembic import op
from procrastinate import __version__
from procrastinate.schema import SchemaManager

revision = "engine_0003"
down_revision = "engine_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    # the driver's own cursor: the schema is many statements, and its per cent signs are no parameters
    connection.connection.cursor().execute(SchemaManager.get_schema())
    # A newer Procrastinate brings migrations named by its versions (SchemaManager.get_migrations_path()). The step that raises
    # our pin runs those that are newer than the version noted here, and notes its own.
    connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS 'schema of procrastinate {__version__}'")
    waiting = sa.text("state = 'available' AND topic IS NULL AND lease_owner IS NULL")
    op.create_index("ix_job_to_be_queued", "job", ["available_at"], postgresql_where=waiting)
