//===- Filters.cpp - Filters on numbers, and which filter is where --------===//

#include "runtime/lib/chat_template/Filters.h"

#include "runtime/lib/chat_template/Text.h"

#include <charconv>
#include <cmath>

namespace llmrt::chat {

double roundedTo(double value, int digits) {
  if (!std::isfinite(value) || digits > 330)
    return value;
  // The exact decimal expansion, rounded half to even: what Python does.
  char buffer[800];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value,
                           std::chars_format::fixed, digits)
                 .ptr;
  std::from_chars(buffer, end, value);
  return value;
}

static Value toInteger(Heap &heap, const Value &value, const Value &fallback,
                       int64_t base) {
  double real = 0;
  if (value.is(Kind::String)) {
    int64_t integer = 0;
    ParsedInt parsed =
        parseInt(value.bytes(),
                 base < 0 || base > 36 ? 1 : static_cast<int>(base), integer);
    if (parsed == ParsedInt::TooLarge)
      return heap.unsupported("integers beyond 64 bits");
    if (parsed == ParsedInt::Ok)
      return Value::of(integer);
    if (!parseFloat(value.bytes(), real) || !std::isfinite(real))
      return fallback;
  } else if (value.isIndex()) {
    return Value::of(value.index());
  } else if (value.is(Kind::Float)) {
    real = value.real;
    if (std::isinf(real))
      return heap.fail("cannot convert float infinity to integer");
    if (std::isnan(real))
      return fallback;
  } else if (value.is(Kind::Undefined)) {
    return failUndefined(heap, value);
  } else {
    return fallback;
  }
  real = std::trunc(real);
  if (real < -9223372036854775808.0 || real >= 9223372036854775808.0)
    return heap.unsupported("integers beyond 64 bits");
  return Value::of(static_cast<int64_t>(real));
}

static Value toFloat(Heap &heap, const Value &value, const Value &fallback) {
  double real;
  if (value.is(Kind::Float))
    return value;
  if (value.isIndex())
    return Value::of(static_cast<double>(value.index()));
  if (value.is(Kind::Undefined))
    return failUndefined(heap, value);
  if (value.is(Kind::String) && parseFloat(value.bytes(), real))
    return Value::of(real);
  return fallback;
}

static Value absolute(Heap &heap, const Value &value) {
  if (value.is(Kind::Float))
    return Value::of(std::fabs(value.real));
  if (value.isIndex())
    return value.index() < 0 ? negative(heap, value) : positive(heap, value);
  return heap.fail(std::string("bad operand type for abs(): '") +
                   typeName(value) + "'");
}

static Value roundedValue(Heap &heap, const Value &value,
                          Arguments &arguments) {
  Value given[2];
  int64_t digits;
  if (!bind(heap, "round", arguments, {"precision", "method"}, given) ||
      !integerArgument(heap, "round", given[0], 0, digits))
    return Value();
  std::string_view method =
      given[1].is(Kind::String) ? given[1].bytes() : std::string_view();
  if (given[1].is(Kind::Missing))
    method = "common";
  if (method != "common" && method != "ceil" && method != "floor")
    return heap.fail("method must be common, ceil or floor");
  if (!value.isNumber())
    return heap.fail(std::string("type ") + typeName(value) +
                     " doesn't define round");
  if (digits < 0)
    return heap.unsupported("rounding to a negative precision");
  if (method == "common")
    return value.is(Kind::Float)
               ? Value::of(roundedTo(
                     value.real,
                     static_cast<int>(std::min<int64_t>(digits, 1000))))
               : Value::of(value.index());
  if (digits > 18)
    return heap.unsupported("rounding to more than 18 digits");
  // As Jinja writes it: func(value * 10**precision) / 10**precision.
  Value power = arithmetic(heap, Arithmetic::Power, Value::of(int64_t(10)),
                           Value::of(digits));
  Value scaled = arithmetic(heap, Arithmetic::Multiply, value, power);
  if (heap.failed())
    return Value();
  if (scaled.is(Kind::Float)) {
    double real =
        method == "ceil" ? std::ceil(scaled.real) : std::floor(scaled.real);
    if (!(std::fabs(real) < 9223372036854775808.0))
      return heap.unsupported("integers beyond 64 bits");
    scaled = Value::of(static_cast<int64_t>(real));
  }
  return arithmetic(heap, Arithmetic::Divide, scaled, power);
}

Value applyFilter(Heap &heap, FilterId id, const Value &value,
                  Arguments &arguments) {
  Value given[2];
  switch (id) {
  case FilterId::Abs:
    return bind(heap, "abs", arguments, {}, given) ? absolute(heap, value)
                                                   : Value();
  case FilterId::Attr: {
    if (!bind(heap, "attr", arguments, {"*name"}, given))
      return Value();
    if (!given[0].is(Kind::String))
      return heap.fail("attr: the name must be a string");
    // Never the item of that name.
    if (value.is(Kind::Dict) && !findNamed(kDictMethods, given[0].bytes()) &&
        !isListed(kDictMutators, given[0].bytes()))
      return heap.undefined("'dict object' has no attribute '" +
                            std::string(given[0].bytes()) + "'");
    return getAttribute(heap, value, given[0].bytes());
  }
  case FilterId::Default:
    if (!bind(heap, "default", arguments, {"default_value", "boolean"}, given))
      return Value();
    if (value.is(Kind::Undefined) || (truth(given[1]) && !truth(value)))
      return given[0].is(Kind::Missing) ? heap.text("") : given[0];
    return value;
  case FilterId::Int: {
    if (!bind(heap, "int", arguments, {"default", "base"}, given))
      return Value();
    // The base matters for strings only; one that is none reads no string.
    int64_t base = given[1].is(Kind::Missing) ? 10
                   : given[1].isIndex()       ? given[1].index()
                                              : -1;
    return toInteger(
        heap, value,
        given[0].is(Kind::Missing) ? Value::of(int64_t(0)) : given[0], base);
  }
  case FilterId::Float:
    if (!bind(heap, "float", arguments, {"default"}, given))
      return Value();
    return toFloat(heap, value,
                   given[0].is(Kind::Missing) ? Value::of(0.0) : given[0]);
  case FilterId::Round:
    return roundedValue(heap, value, arguments);
  case FilterId::Tojson:
    return toJson(heap, value, arguments);
  case FilterId::Length: {
    if (!bind(heap, "len", arguments, {}, given))
      return Value();
    int64_t length = lengthOf(heap, value);
    return heap.failed() ? Value() : Value::of(length);
  }
  case FilterId::Map:
  case FilterId::Select:
  case FilterId::Selectattr:
  case FilterId::Reject:
  case FilterId::Rejectattr:
  case FilterId::Unique:
  case FilterId::Batch:
  case FilterId::Slice:
    return applyLazyFilter(heap, id, value, arguments);
  case FilterId::Capitalize:
  case FilterId::Center:
  case FilterId::Escape:
  case FilterId::Forceescape:
  case FilterId::Format:
  case FilterId::Indent:
  case FilterId::Lower:
  case FilterId::Replace:
  case FilterId::Safe:
  case FilterId::String:
  case FilterId::Title:
  case FilterId::Trim:
  case FilterId::Truncate:
  case FilterId::Upper:
    return applyTextFilter(heap, id, value, arguments);
  default:
    return applySequenceFilter(heap, id, value, arguments);
  }
}

} // namespace llmrt::chat
