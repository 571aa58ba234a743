"""What a person meets when something outside the database's own rules went wrong."""


class Failure(Exception):
    """Says in one line what is wrong, and in ``hint`` what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message
