"""What ``contracts/`` and ``verify`` share: schedules, generated requests, and how a test says what it found."""
