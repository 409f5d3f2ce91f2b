"""JSON text in and out, for single values and for the data of a workflow, key by key.

Values are stored as JSON text (RFC 8259). Beyond what JSON knows, everything pydantic can write is
accepted: models, dataclasses, datetimes, enums, UUIDs, decimals, sets. Not accepted are NaN and the
infinities (no JSON), the character NUL (PostgreSQL refuses it), and objects of unknown classes.

Top-level keys that begin with `~` belong to the engine: it keeps wired outputs under them. They are never
part of the data that a user sees, and a user's own key cannot begin so.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeGuard, cast

import typing_extensions
from pydantic import BaseModel, PydanticUserError, RootModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json
from typing_extensions import TypeVar

from wfe_core.bounds import KEY_BYTES, flaw
from wfe_core.errors import DefinitionError, OutputError, SerializationError

D = TypeVar("D", default=Any)

_REMEDY = "return JSON-like values, a pydantic model or a dataclass, or store a reference"


def dumps(value: object, where: str) -> str:
    """Give the JSON text of a value; `where` names it in the error.

    Raises:
        SerializationError: the value has no JSON form; says where inside the value.
    """
    try:
        text = to_json(value, round_trip=True).decode()
    except Exception as exc:
        path, problem = _trouble(value) or ("", threw(exc))
        raise SerializationError(where, path, problem, _REMEDY) from exc
    # Models write NaN as null.
    if "\\u0000" in text or "NaN" in text or "Infinity" in text or ("null" in text and _differs(text, value)):
        trouble = _trouble(value)
        if trouble is not None:
            raise SerializationError(where, trouble[0], trouble[1], _REMEDY)
    return text


def threw(exc: Exception) -> str:
    """Say what an exception of a user's code was, or what a library says."""
    if isinstance(exc, ValidationError):
        return explain(exc)
    return str(exc) if isinstance(exc, PydanticSerializationError) else f"threw {type(exc).__name__}: {exc}"


def _differs(text: str, value: object) -> bool:
    """Compare with what was written, which is fast for plain values; a user's `__eq__` may throw."""
    try:
        return bool(from_json(text) != value)
    except Exception:  # noqa: BLE001 - then a closer look decides
        return True


def _trouble(value: object, *, foreign: bool = False) -> tuple[str, str] | None:
    try:
        return _find_trouble(value, "", 0, foreign=foreign)
    except Exception as exc:  # noqa: BLE001 - looking into a user's object calls its code
        return "", f"{type(value).__qualname__} threw {type(exc).__name__}: {exc}"


def loads(text: str) -> Any:
    """Give the value of a JSON text that `dumps` made."""
    return from_json(text)


def json_equal(left: object, right: object) -> bool:
    """Say whether two values are equal as JSON.

    Numbers compare by value (1 equals 1.0), a boolean is not a number (1 is not true), objects compare
    without regard to the order of their keys. Values that are not plain JSON compare by their JSON form.
    """
    left, right = _plain(left), _plain(right)
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        one, other = cast("dict[object, object]", left), cast("dict[object, object]", right)
        return one.keys() == other.keys() and all(json_equal(value, other[key]) for key, value in one.items())
    if isinstance(left, list) and isinstance(right, list):
        ones, others = cast("list[object]", left), cast("list[object]", right)
        return len(ones) == len(others) and all(map(json_equal, ones, others))
    return left == right


_PLAIN = frozenset({str, int, float, bool, type(None), list})
_DEEPEST = 200


def _plain(value: Any) -> object:
    """Give the JSON form of a value, one level deep where it is plain already."""
    if type(value) in _PLAIN or _is_plain_dict(value):
        return value
    return from_json(dumps(value, "value to compare"))


def _is_plain_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    kind = cast("Any", type(value))
    return kind is dict and all(type(key) is str for key in value)


def _find_trouble(  # noqa: PLR0911 - a return for each kind of value
    value: object, path: str, depth: int, *, foreign: bool = False
) -> tuple[str, str] | None:
    """Search a value for the first part that has no JSON form; `foreign` objects may have one."""
    if depth > _DEEPEST:
        return path[:80], f"is nested more than {_DEEPEST} levels deep, or contains itself"
    if isinstance(value, str):
        if "\0" in value:
            return path, "contains the character NUL, which stores refuse"
        try:
            value.encode()
        except UnicodeEncodeError:
            return path, "contains half of a surrogate pair, which is not text"
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else (path, f"is {value}, which JSON cannot hold")
    if isinstance(value, BaseModel):
        return _first_trouble(((f"{path}.{name}", item) for name, item in value), depth, foreign)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return _first_trouble(((f"{path}.{f.name}", getattr(value, f.name)) for f in fields), depth, foreign)
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        keys = _first_trouble(((f"{path}[key {key!r}]", key) for key in mapping), depth, foreign)
        return keys or _first_trouble(
            ((f"{path}[{key!r}]", item) for key, item in mapping.items()), depth, foreign
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        sequence = cast("list[object]", value)
        return _first_trouble(((f"{path}[{n}]", item) for n, item in enumerate(sequence)), depth, foreign)
    if foreign:
        return None
    try:
        to_json(value)
    except (PydanticSerializationError, ValueError):
        kind = type(value).__qualname__
        return path, f"is {'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}, which has no JSON form"
    return None


def _first_trouble(parts: Iterable[tuple[str, object]], depth: int, foreign: bool) -> tuple[str, str] | None:
    for path, item in parts:
        trouble = _find_trouble(item, path, depth + 1, foreign=foreign)
        if trouble is not None:
            return trouble
    return None


class DataCodec(Generic[D]):
    """Turns the data of a workflow into JSON texts by top-level key, and back.

    Attributes:
        type: the data type.
        data_class: the class that values of it are objects of.
        name: its name, part of the definition's fingerprint.
        fields: the names of the top-level keys, or None when the data may have any.
        has_rules: whether the type has rules about several fields at once, which `check` looks at.
    """

    def __init__(self, data_type: type[D]) -> None:
        kind: Any = data_type
        self.type = data_type
        self._open = (typing.get_origin(kind) or kind) in (dict, Mapping, object, Any)
        self.name: str = "dict" if self._open else str(getattr(kind, "__name__", kind))
        self._hints: dict[str, Any] = {} if self._open else _field_types(kind)
        mapping = self._open or typing_extensions.is_typeddict(kind)
        self.data_class: type = dict if mapping else typing.get_origin(kind) or kind
        self._model: type[BaseModel] | None = kind if _is_model(kind) else None
        config = None if self._model is None else self._model.model_config
        self._extra = config is not None and config.get("extra") == "allow"
        self.fields: frozenset[str] | None = None if self._open or self._extra else frozenset(self._hints)
        decorators = getattr(kind, "__pydantic_decorators__", None)
        self.has_rules: bool = bool(
            decorators and (decorators.model_validators or decorators.root_validators)
        )
        self._special = frozenset[str]() if self._model is None else _decorated_fields(self._model)
        try:
            self._whole: TypeAdapter[D] | None = None if self._open else TypeAdapter(data_type)
            self._adapters: dict[str, TypeAdapter[Any]] = {
                name: _field_adapter(hint, config) for name, hint in self._hints.items()
            }
        except (PydanticUserError, NameError) as exc:
            raise DefinitionError(f"data={_type_name(kind)}: pydantic cannot handle it: {exc}") from exc

    def hint(self, field: str) -> Any:
        """Give the annotation of a field, `Any` for one that the type does not name."""
        return self._hints.get(field, Any)

    def initial(self, value: object) -> dict[str, str]:
        """Give the texts of the data an instance starts with; None means empty (or all defaults).

        Raises:
            OutputError: the value does not fit the data type.
            SerializationError: a part of it has no JSON form.
        """
        if self._whole is None:
            return self.patch(_as_mapping(value), "the start data")
        try:
            if isinstance(value, (str, bytes)):
                valid = self._whole.validate_json(value, by_name=True, by_alias=True)
            else:
                given = _NOTHING if value is None else value
                valid = self._whole.validate_python(given, by_name=True, by_alias=True)
        except Exception as exc:
            raise OutputError(f"the start data does not fit {self.name}: {threw(exc)}") from exc
        texts: dict[str, str] = {}
        for key, item in self._parts(valid).items():
            where = "the start data"
            texts[key] = self._dump(key, item, where) if key in self._hints else dumps(item, where)
        return texts

    def split(self, value: D) -> dict[str, str]:
        """Validate a whole value of the data type, which may have been changed, and give its texts.

        Raises:
            OutputError: a field does not fit.
            SerializationError: a part of it has no JSON form.
        """
        return self.patch(_as_mapping(value) if self._open else self._parts(value), "the data")

    def _parts(self, value: D) -> dict[str, object]:
        """Give the fields of a value; a TypedDict may lack some of them."""
        if isinstance(value, dict):
            mapping = cast("dict[str, object]", value)
            return {name: mapping[name] for name in self._hints if name in mapping}
        parts = {name: getattr(value, name) for name in self._hints}
        if self._extra:
            parts.update(cast("BaseModel", value).model_extra or {})
        return parts

    def decode(self, texts: Mapping[str, str]) -> D:
        """Build the whole value, new and private to the caller."""
        joined = ",".join([f"{_quoted(key)}:{text}" for key, text in texts.items() if key[:1] != HIDDEN])
        if self._whole is None:
            return cast("D", from_json(f"{{{joined}}}"))
        return self._whole.validate_json(f"{{{joined}}}", by_name=True, by_alias=False)

    def decode_key(self, key: str, text: str) -> Any:
        """Build one field, typed as the data type says."""
        adapter = self._adapters.get(key)
        if adapter is None:
            return from_json(text)
        if key in self._special:
            return getattr(self._assigned(key, from_json(text)), key)
        return adapter.validate_json(text, by_name=True, by_alias=False)

    def patch(self, values: Mapping[str, object], where: str) -> dict[str, str]:
        """Validate outputs that a step returned and give their texts.

        Raises:
            OutputError: an unknown field, or a value of the wrong type; names the field and the remedy.
            SerializationError: a value has no JSON form.
        """
        texts: dict[str, str] = {}
        for key, item in values.items():
            adapter = self._adapters.get(key)
            if adapter is None:
                self._check_open(key, where)
                texts[key] = dumps(item, f"{where}: field {key!r}")
                continue
            try:
                if key in self._special:
                    valid = getattr(self._assigned(key, item), key)
                else:
                    valid = adapter.validate_python(item, by_name=True, by_alias=True)
            except Exception as exc:
                wanted = _type_name(self._hints[key])
                msg = f"{where}: output {key!r} does not fit {self.name}.{key} ({wanted}): {threw(exc)}"
                raise OutputError(msg) from exc
            texts[key] = self._dump(key, valid, where)
        return texts

    def check(self, texts: Mapping[str, str], where: str) -> None:
        """Hold the rules of the model as a whole against data that a patch was merged into.

        Costs nothing for types without such rules (`model_validator`).

        Raises:
            OutputError: the data as a whole does not fit.
        """
        if self.has_rules:
            try:
                self.decode(texts)
            except Exception as exc:
                raise OutputError(f"{where}: the data would not fit {self.name}: {threw(exc)}") from exc

    def check_text(self, key: str, text: str, where: str) -> str:
        """Validate a JSON text against a field; gives the text to store."""
        return self.patch({key: from_json(text)}, where)[key]

    def _check_open(self, key: object, where: str) -> None:
        """Refuse a key that is no field, unless the data may have any; the engine's own keys are hidden."""
        if not isinstance(key, str):
            raise OutputError(f"{where}: the key {key!r} must be text")
        if self.fields is not None:
            known = ", ".join(sorted(self.fields))
            msg = f"{where}: output {key!r} is no field of {self.name}; its fields are: {known}"
            raise OutputError(msg)
        if key.startswith(HIDDEN):
            raise OutputError(
                f"{where}: the key {key!r} must not begin with {HIDDEN!r}, which is the engine's"
            )
        problem = _key_flaw(key)
        if problem is not None:
            raise OutputError(f"{where}: the key {key!r:.80} {problem}")

    def _assigned(self, key: str, value: object) -> BaseModel:
        """Set one field on an empty model, so that the validators declared for it run."""
        model = cast("type[BaseModel]", self._model)
        empty = model.model_construct()
        model.__pydantic_validator__.validate_assignment(empty, key, value, by_name=True)
        return empty

    def _dump(self, key: str, value: object, where: str) -> str:
        label = f"{where}: field {key!r}"
        try:
            if key in self._special:
                text = self._dump_special(key, value)
            else:
                text = self._adapters[key].dump_json(value, round_trip=True, warnings="error").decode()
        except Exception as exc:
            plain = dumps(value, label)
            if key in self._special:
                # The value itself is fine, but not what the model makes of it.
                raise SerializationError(label, "", threw(exc), _REMEDY) from exc
            return plain
        if "\\u0000" in text or ("null" in text and value is not None and _differs(text, value)):
            # pydantic writes NaN as null in typed fields; JSON has neither it nor, in stores, NUL.
            trouble = _trouble(value, foreign=True)
            if trouble is not None:
                raise SerializationError(label, *trouble, _REMEDY)
        return text

    def _dump_special(self, key: str, value: object) -> str:
        model = cast("type[BaseModel]", self._model)
        holder = model.model_construct()
        vars(holder)[key] = value
        whole = model.__pydantic_serializer__.to_json(
            holder, include={key}, round_trip=True, by_alias=False, warnings=False
        )
        return whole.decode()[len(_quoted(key)) + 2 : -1]


_NOTHING: dict[str, object] = {}
HIDDEN = "~"
"""What the engine's own keys in the data begin with."""


def codec_for(data_type: type[D]) -> DataCodec[D]:
    """Give the codec of a data type, built once.

    Raises:
        DefinitionError: workflow data cannot have this type.
    """
    kind: Any = data_type
    return _codec_for(kind)


@lru_cache(maxsize=256)
def _codec_for(data_type: Any) -> DataCodec[Any]:
    return DataCodec(data_type)


@lru_cache(maxsize=4096)
def _key_flaw(key: str) -> str | None:
    return flaw(key, KEY_BYTES)


@lru_cache(maxsize=4096)
def _quoted(key: str) -> str:
    return to_json(key).decode()


def _as_mapping(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if isinstance(value, (str, bytes)):
        try:
            value = from_json(value)
        except ValueError as exc:
            raise OutputError(f"the data is text that is no JSON: {exc}") from exc
    if isinstance(value, BaseModel):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value)
    raise OutputError(f"data must be a mapping, a model or a dataclass, not {type(value).__qualname__}")


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_root(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, RootModel)


def _field_types(kind: Any) -> dict[str, Any]:
    if _is_model(kind) and not _is_root(kind):
        return {
            name: typing.Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
            for name, info in kind.model_fields.items()
        }
    try:
        if dataclasses.is_dataclass(kind):
            hints = typing.get_type_hints(kind, include_extras=True)
            return {f.name: hints[f.name] for f in dataclasses.fields(kind)}
        if typing.is_typeddict(kind) or typing_extensions.is_typeddict(kind):
            hints = typing_extensions.get_type_hints(kind, include_extras=True)
            return {name: _unwrapped(hint) for name, hint in hints.items()}
    except NameError as exc:
        raise DefinitionError(f"data={_type_name(kind)}: an annotation cannot be resolved: {exc}") from exc
    raise DefinitionError(
        f"data={_type_name(kind)}: workflow data is a dict, a pydantic model, a dataclass or a TypedDict"
    )


def _unwrapped(hint: Any) -> Any:
    """Take `Required`, `NotRequired` and `ReadOnly` off, which mean nothing outside of a TypedDict."""
    while typing.get_origin(hint) in _QUALIFIERS:
        (hint,) = typing.get_args(hint)
    return hint


_QUALIFIERS = (typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.ReadOnly)


def _field_adapter(hint: Any, config: Any) -> TypeAdapter[Any]:
    """Give the adapter of one field, under the configuration of the model where the type has none itself."""
    try:
        return TypeAdapter(hint, config=config)
    except PydanticUserError as exc:
        if exc.code != "type-adapter-config-unused":
            raise
        return TypeAdapter(hint)


def _decorated_fields(model: type[BaseModel]) -> frozenset[str]:
    """Name the fields with validators, serializers or a discriminator that only the model knows."""
    decorators = model.__pydantic_decorators__
    names = {name for d in decorators.field_validators.values() for name in d.info.fields}
    names |= {name for d in decorators.field_serializers.values() for name in d.info.fields}
    names |= {name for name, info in model.model_fields.items() if info.discriminator is not None}
    return frozenset(model.model_fields) if "*" in names else frozenset(names & set(model.model_fields))


def _type_name(hint: Any) -> str:
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        return hint.__name__
    return str(hint).replace("typing.", "")


def adapter_for(annotation: Any) -> TypeAdapter[Any] | None:
    """Give what turns JSON into an annotated type; None where the annotation says nothing that could."""
    if annotation is Any or isinstance(annotation, str):
        return None
    try:
        return TypeAdapter(annotation)
    except PydanticUserError:
        return None  # a class that pydantic knows nothing of, or a name that only type checkers know


def explain(exc: ValidationError) -> str:
    """Say what does not fit, and where in the value, in one line."""
    parts: list[str] = []
    for error in exc.errors(include_url=False)[:3]:
        place = ".".join(str(part) for part in error["loc"])
        got = f", got {error['input']!r:.60}" if error["type"] != "missing" else ""
        parts.append((f"{place}: " if place else "") + error["msg"] + got)
    return "; ".join(parts)
