//===- Operators.cpp - Arithmetic as Python does it -----------------------===//
//
// Python's integers have no bounds; ours have 64 bits, and a result beyond them
// is an error, never a wrapped number.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Operators.h"

#include "runtime/lib/chat_template/Text.h"

#include <cmath>

namespace llmrt::chat {

const char *typeName(const Value &value) {
  switch (value.kind) {
  case Kind::Missing:
  case Kind::Undefined:
    return "Undefined";
  case Kind::None:
    return "NoneType";
  case Kind::Boolean:
    return "bool";
  case Kind::Integer:
    return "int";
  case Kind::Float:
    return "float";
  case Kind::String:
    return value.markup ? "Markup" : "str";
  case Kind::List:
    return "list";
  case Kind::Tuple:
    return "tuple";
  case Kind::Dict:
    return "dict";
  case Kind::Range:
    return "range";
  case Kind::View:
    return value.view->part == View::Keys     ? "dict_keys"
           : value.view->part == View::Values ? "dict_values"
                                              : "dict_items";
  case Kind::Generator:
    return "generator";
  case Kind::Namespace:
    return "Namespace";
  case Kind::Macro:
    return "Macro";
  case Kind::Loop:
    return "LoopContext";
  case Kind::Method:
    return "builtin_function_or_method";
  case Kind::Function:
    return "function";
  }
  return "object";
}

Value failUndefined(Heap &heap, const Value &value) {
  return heap.fail(value.cause ? value.cause->message : "a value is undefined");
}

bool truth(const Value &value) {
  switch (value.kind) {
  case Kind::Missing:
  case Kind::Undefined:
  case Kind::None:
    return false;
  case Kind::Boolean:
    return value.boolean;
  case Kind::Integer:
    return value.integer != 0;
  case Kind::Float:
    return value.real != 0;
  case Kind::String:
    return !value.bytes().empty();
  case Kind::List:
  case Kind::Tuple:
    return !value.sequence->items.empty();
  case Kind::Dict:
    return !value.dict->entries.empty();
  case Kind::Range:
    return value.range->length != 0;
  case Kind::View:
    return !value.view->dict->entries.empty();
  case Kind::Loop:
    return !value.loop->items->empty();
  default:
    return true;
  }
}

static double realOf(const Value &value) {
  return value.is(Kind::Float) ? value.real
                               : static_cast<double>(value.index());
}

static Value unsuited(Heap &heap, const char *sign, const Value &left,
                      const Value &right) {
  for (const Value *operand : {&left, &right})
    if (operand->is(Kind::Undefined))
      return failUndefined(heap, *operand);
  return heap.fail(std::string("unsupported operand types for ") + sign +
                   ": '" + typeName(left) + "' and '" + typeName(right) + "'");
}

static Value tooLarge(Heap &heap) {
  return heap.unsupported("integers beyond 64 bits");
}

static Value byZero(Heap &heap) { return heap.fail("division by zero"); }

static Value integerPower(Heap &heap, int64_t base, int64_t exponent) {
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
      return tooLarge(heap);
    exponent >>= 1;
    if (exponent && __builtin_mul_overflow(base, base, &base))
      return tooLarge(heap);
  }
  return Value::of(result);
}

static Value integerArithmetic(Heap &heap, Arithmetic operation, int64_t left,
                               int64_t right) {
  int64_t result = 0;
  switch (operation) {
  case Arithmetic::Add:
    return __builtin_add_overflow(left, right, &result) ? tooLarge(heap)
                                                        : Value::of(result);
  case Arithmetic::Subtract:
    return __builtin_sub_overflow(left, right, &result) ? tooLarge(heap)
                                                        : Value::of(result);
  case Arithmetic::Multiply:
    return __builtin_mul_overflow(left, right, &result) ? tooLarge(heap)
                                                        : Value::of(result);
  case Arithmetic::Divide:
    if (right == 0)
      return byZero(heap);
    return Value::of(static_cast<double>(static_cast<long double>(left) /
                                         static_cast<long double>(right)));
  case Arithmetic::FloorDivide:
  case Arithmetic::Modulo: {
    if (right == 0)
      return byZero(heap);
    if (right == -1) { // INT64_MIN / -1 traps
      if (operation == Arithmetic::Modulo)
        return Value::of(int64_t(0));
      return __builtin_sub_overflow(int64_t(0), left, &result)
                 ? tooLarge(heap)
                 : Value::of(result);
    }
    int64_t quotient = left / right, rest = left % right;
    if (rest != 0 && (rest < 0) != (right < 0)) {
      rest += right;
      --quotient;
    }
    return Value::of(operation == Arithmetic::Modulo ? rest : quotient);
  }
  case Arithmetic::Power:
    if (right >= 0)
      return integerPower(heap, left, right);
    if (left == 0)
      return heap.fail("0.0 cannot be raised to a negative power");
    return Value::of(std::pow(double(left), double(right)));
  }
  return Value();
}

static Value realArithmetic(Heap &heap, Arithmetic operation, double left,
                            double right) {
  switch (operation) {
  case Arithmetic::Add:
    return Value::of(left + right);
  case Arithmetic::Subtract:
    return Value::of(left - right);
  case Arithmetic::Multiply:
    return Value::of(left * right);
  case Arithmetic::Divide:
    return right == 0 ? byZero(heap) : Value::of(left / right);
  case Arithmetic::FloorDivide:
  case Arithmetic::Modulo: {
    if (right == 0)
      return byZero(heap);
    double rest = std::fmod(left, right);
    double quotient = (left - rest) / right;
    if (rest != 0) {
      if ((right < 0) != (rest < 0)) {
        rest += right;
        quotient -= 1;
      }
    } else {
      rest = std::copysign(0.0, right);
    }
    if (operation == Arithmetic::Modulo)
      return Value::of(rest);
    double floored = std::floor(quotient);
    if (quotient == 0)
      floored = std::copysign(0.0, left / right);
    else if (quotient - floored > 0.5)
      floored += 1;
    return Value::of(floored);
  }
  case Arithmetic::Power:
    if (left == 0 && right < 0)
      return heap.fail("0.0 cannot be raised to a negative power");
    if (left < 0 && std::isfinite(left) && std::isfinite(right) &&
        right != std::floor(right))
      return heap.unsupported("complex numbers");
    double result = std::pow(left, right);
    if (std::isinf(result) && std::isfinite(left) && std::isfinite(right))
      return heap.fail("numerical result out of range");
    return Value::of(result);
  }
  return Value();
}

static Value joined(Heap &heap, const Value &left, const Value &right) {
  if (!left.markup && !right.markup) {
    if (!heap.reserve(left.bytes().size() + right.bytes().size()))
      return Value();
    std::string text(left.bytes());
    text += right.bytes();
    return heap.text(std::move(text));
  }
  std::string text =
      left.markup ? std::string(left.bytes()) : htmlEscaped(left.bytes());
  text +=
      right.markup ? std::string(right.bytes()) : htmlEscaped(right.bytes());
  return heap.text(std::move(text), true);
}

static Value repeated(Heap &heap, const Value &value, int64_t count) {
  uint64_t times = count < 0 ? 0 : count, bytes;
  if (value.is(Kind::String)) {
    if (__builtin_mul_overflow(times, uint64_t(value.bytes().size()), &bytes))
      bytes = UINT64_MAX;
    if (!heap.reserve(bytes))
      return Value();
    std::string text;
    text.reserve(bytes);
    for (; bytes && times > 0; --times)
      text += value.bytes();
    return heap.text(std::move(text), value.markup);
  }
  const std::vector<Value> &items = value.sequence->items;
  if (__builtin_mul_overflow(times, uint64_t(items.size() * sizeof(Value)),
                             &bytes))
    bytes = UINT64_MAX;
  if (!heap.reserve(bytes))
    return Value();
  std::vector<Value> out;
  for (; bytes && times > 0; --times)
    out.insert(out.end(), items.begin(), items.end());
  return value.is(Kind::List) ? heap.list(std::move(out))
                              : heap.tuple(std::move(out));
}

Value arithmetic(Heap &heap, Arithmetic operation, const Value &left,
                 const Value &right) {
  if (left.isIndex() && right.isIndex())
    return integerArithmetic(heap, operation, left.index(), right.index());
  if (left.isNumber() && right.isNumber())
    return realArithmetic(heap, operation, realOf(left), realOf(right));
  bool repeatable = left.is(Kind::String) || left.isArray();
  switch (operation) {
  case Arithmetic::Add:
    if (left.is(Kind::String) && right.is(Kind::String))
      return joined(heap, left, right);
    if (left.isArray() && left.kind == right.kind) {
      std::vector<Value> items = left.sequence->items;
      items.insert(items.end(), right.sequence->items.begin(),
                   right.sequence->items.end());
      return left.is(Kind::List) ? heap.list(std::move(items))
                                 : heap.tuple(std::move(items));
    }
    return unsuited(heap, "+", left, right);
  case Arithmetic::Multiply:
    if (repeatable && right.isIndex())
      return repeated(heap, left, right.index());
    if (left.isIndex() && (right.is(Kind::String) || right.isArray()))
      return repeated(heap, right, left.index());
    return unsuited(heap, "*", left, right);
  case Arithmetic::Modulo:
    if (left.is(Kind::String))
      return formatPercent(heap, left, right);
    return unsuited(heap, "%", left, right);
  case Arithmetic::Subtract:
    if (left.is(Kind::View) || right.is(Kind::View))
      return heap.unsupported("set operations on dict views");
    return unsuited(heap, "-", left, right);
  case Arithmetic::Divide:
    return unsuited(heap, "/", left, right);
  case Arithmetic::FloorDivide:
    return unsuited(heap, "//", left, right);
  case Arithmetic::Power:
    return unsuited(heap, "**", left, right);
  }
  return Value();
}

Value negative(Heap &heap, const Value &value) {
  if (value.is(Kind::Float))
    return Value::of(-value.real);
  if (value.isIndex())
    return integerArithmetic(heap, Arithmetic::Subtract, 0, value.index());
  if (value.is(Kind::Undefined))
    return failUndefined(heap, value);
  return heap.fail(std::string("bad operand type for unary -: '") +
                   typeName(value) + "'");
}

Value positive(Heap &heap, const Value &value) {
  if (value.is(Kind::Float))
    return value;
  if (value.isIndex())
    return Value::of(value.index());
  if (value.is(Kind::Undefined))
    return failUndefined(heap, value);
  return heap.fail(std::string("bad operand type for unary +: '") +
                   typeName(value) + "'");
}

} // namespace llmrt::chat
