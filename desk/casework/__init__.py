"""Cases from intake to records: how they come in, what agents do with them, how they are shown and explained."""
