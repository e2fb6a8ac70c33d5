"""Pages of limits: what people do to clocks, targets and their what-if, policies applied, promises."""
