"""Note for each package which older programs may work on its newer schema."""

import sqlalchemy as sa
from alembic import op

revision = "engine_0005"
down_revision = "engine_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_promise",
        sa.Column("package", sa.String(length=40), nullable=False),
        sa.Column("oldest_step", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("package", name=op.f("pk_schema_promise")),
    )
