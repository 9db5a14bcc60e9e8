"""Dead workers, a wiped broker, a silent acquirer."""
