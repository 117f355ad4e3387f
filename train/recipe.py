"""Recipes: one short YAML file holds every number of a run."""

import dataclasses
import math
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

from ..data.errors import RecipeError

T = TypeVar("T")


def load_recipe(name: str | Path, kind: type[T], changes: Sequence[str] = ()) -> T:
    """Read a recipe: a YAML file, or the name of a shipped one (`pretrain-small`).

    `changes` are `KEY=VALUE`, the value YAML, and replace what the recipe says of a key. Raises `RecipeError` for a missing
    file, a key the recipe does not have, a key it lacks, or a value of another type.
    """
    path = Path(name)
    if not path.is_file():
        shipped = files("tiaokuan.train") / "recipes" / f"{name}.yaml"
        if not shipped.is_file():
            known = sorted(Path(f.name).stem for f in (files("tiaokuan.train") / "recipes").iterdir())
            raise RecipeError(f"no recipe {str(name)!r}: give a YAML file or one of {', '.join(known)}")
        text = shipped.read_text(encoding="utf-8")
    else:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise RecipeError(f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    values = _yaml(text, str(name))
    if isinstance(values, dict):
        values |= dict(_change(change) for change in changes)
    return _build(kind, values, str(name))


def _change(change: str) -> tuple[str, Any]:
    key, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"a change is {change!r}, but KEY=VALUE is wanted, as in seed=2")
    return key, _yaml(value, key)


def _yaml(text: str, where: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecipeError(f"{where} is not YAML: {' '.join(str(error).split())}") from error


def _build(kind: type[T], values: Any, where: str) -> T:
    if not isinstance(values, Mapping):
        raise RecipeError(f"{where} holds {type(values).__name__}, but a recipe is a mapping of keys to values")
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(map(str, set(values) - set(fields)))
    if unknown:
        raise RecipeError(f"{where} has unknown keys {', '.join(unknown)}; known are {', '.join(fields)}")
    optional = {n for n, f in fields.items() if f.default is not dataclasses.MISSING}
    optional |= {n for n, f in fields.items() if f.default_factory is not dataclasses.MISSING}
    missing = sorted(set(fields) - optional - set(values))
    if missing:
        raise RecipeError(f"{where} lacks {', '.join(missing)}")
    try:
        return kind(**{key: _convert(hints[key], value, f"{where}: {key}") for key, value in values.items()})
    except ValueError as error:
        raise RecipeError(f"{where}: {error}") from error


def _convert(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _build(hint, value, where)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is types.UnionType and isinstance(value, Mapping):
        return _convert(arguments[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise RecipeError(f"{where} is {value!r}, but a list is wanted")
        return tuple(_convert(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise RecipeError(f"{where} is {value!r}, but a mapping is wanted")
        names = [_convert(arguments[0], key, f"{where}: a key") for key in value]
        return {name: _convert(arguments[1], item, f"{where}.{name}") for name, item in zip(names, value.values(), strict=True)}
    wanted: tuple[Any, ...] = arguments if origin is types.UnionType else (hint,)
    if float in wanted and isinstance(value, (int, float, str)) and not isinstance(value, bool):
        with suppress(ValueError):  # YAML 1.1 takes 4e-4 for a word
            number = float(value)
            if not math.isfinite(number):
                raise RecipeError(f"{where} is {value!r}, but a finite number is wanted")
            return number
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        names = " or ".join(w.__name__ for w in wanted)
        raise RecipeError(f"{where} is {value!r}, but {names} is wanted")
    return value
