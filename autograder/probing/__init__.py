"""What runs beside a student's code: it calls the answer, watches it, and returns observations, never a verdict."""
