"""The browser side: Flask pages, templates and the front-end source."""
