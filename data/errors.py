"""The one family of errors that a user can cause and mend."""


class TiaokuanError(Exception):
    """A mistake in what was given: a file, an option, a model folder.

    The message is one line that says what came, what was wanted and what to do. `code` is a stable word for programs.
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class ReadError(TiaokuanError):
    """A policy file that cannot be read as text."""

    code = "unreadable"


class GoldError(TiaokuanError):
    """A gold file or corpus that breaks its format."""

    code = "bad_gold"


class ModelError(TiaokuanError):
    """A model folder that is missing, incomplete or damaged."""

    code = "bad_model"


class RecipeError(TiaokuanError):
    """A training recipe with unknown or impossible values."""

    code = "bad_recipe"


class MissingExtraError(TiaokuanError):
    """A command that needs an optional part of the installation."""

    code = "missing_extra"

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(f"{module} is not installed and this command needs it: run  pip install 'tiaokuan[{extra}]'")
