"""Where everything is put together: settings, bootstrap and the command line."""
