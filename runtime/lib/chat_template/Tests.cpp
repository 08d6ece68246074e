//===- Tests.cpp - What may follow `is` -----------------------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"

namespace llmrt::chat {
namespace {

/// islower() or isupper() of text that is all ASCII.
bool hasOnlyCase(Heap &heap, const Value &value, bool lower) {
  bool some = false, other = false;
  for (char c : textOf(heap, value)) {
    if (static_cast<uint8_t>(c) >= 0x80) {
      heap.unsupported("the case of letters beyond ASCII as a test");
      return false;
    }
    bool isLower = c >= 'a' && c <= 'z', isUpper = c >= 'A' && c <= 'Z';
    some |= lower ? isLower : isUpper;
    other |= lower ? isUpper : isLower;
  }
  return some && !other;
}

bool remainderIs(Heap &heap, const Value &value, const Value &divisor,
                 int64_t wanted) {
  Value rest = arithmetic(heap, Arithmetic::Modulo, value, divisor);
  return !heap.failed() && equal(heap, rest, Value::of(wanted));
}

/// `a is b` in Python. None and the booleans are one object each, and so are
/// the small integers; what other equal numbers and strings are is an accident
/// of the interpreter.
bool isSame(Heap &heap, const Value &left, const Value &right) {
  if (left.kind != right.kind)
    return false;
  switch (left.kind) {
  case Kind::None:
    return true;
  case Kind::Boolean:
    return left.boolean == right.boolean;
  case Kind::Integer:
    if (left.integer != right.integer)
      return false;
    if (left.integer >= -5 && left.integer <= 256)
      return true;
    break;
  case Kind::Float:
    if (left.real != right.real)
      return false;
    break;
  case Kind::String:
    if (left.text == right.text)
      return true;
    if (left.bytes() != right.bytes())
      return false;
    break;
  default:
    return left.integer == right.integer;
  }
  heap.unsupported("`sameas` of equal numbers or strings; use ==");
  return false;
}

const char *nameOf(TestId id) {
  for (const Named<TestId> &entry : kTests)
    if (entry.id == id)
      return entry.name.data();
  return "test";
}

} // namespace

bool applyTest(Heap &heap, TestId id, const Value &value,
               Arguments &arguments) {
  Value other[1];
  switch (id) {
  case TestId::Divisibleby:
  case TestId::Equal:
  case TestId::NotEqual:
  case TestId::Less:
  case TestId::LessEqual:
  case TestId::Greater:
  case TestId::GreaterEqual:
  case TestId::In:
  case TestId::Sameas: {
    const char *parameter = id == TestId::Divisibleby ? "*num"
                            : id == TestId::In        ? "*seq"
                            : id == TestId::Sameas    ? "*other"
                                                      : "/*b";
    if (!bind(heap, nameOf(id), arguments, {parameter}, other))
      return false;
    break;
  }
  default:
    if (!bind(heap, nameOf(id), arguments, {}, other))
      return false;
  }
  switch (id) {
  case TestId::Boolean:
    return value.is(Kind::Boolean);
  case TestId::Callable:
    return value.is(Kind::Undefined) || value.is(Kind::Macro) ||
           value.is(Kind::Method) || value.is(Kind::Function) ||
           value.is(Kind::Loop);
  case TestId::Defined:
    return !value.is(Kind::Undefined);
  case TestId::Divisibleby:
    return remainderIs(heap, value, other[0], 0);
  case TestId::Equal:
    return compare(heap, Comparison::Equal, value, other[0]);
  case TestId::NotEqual:
    return compare(heap, Comparison::NotEqual, value, other[0]);
  case TestId::Less:
    return compare(heap, Comparison::Less, value, other[0]);
  case TestId::LessEqual:
    return compare(heap, Comparison::LessEqual, value, other[0]);
  case TestId::Greater:
    return compare(heap, Comparison::Greater, value, other[0]);
  case TestId::GreaterEqual:
    return compare(heap, Comparison::GreaterEqual, value, other[0]);
  case TestId::Escaped:
    return value.is(Kind::String) && value.markup;
  case TestId::Even:
    return remainderIs(heap, value, Value::of(int64_t(2)), 0);
  case TestId::Odd:
    return remainderIs(heap, value, Value::of(int64_t(2)), 1);
  case TestId::False:
    return value.is(Kind::Boolean) && !value.boolean;
  case TestId::True:
    return value.is(Kind::Boolean) && value.boolean;
  case TestId::Filter:
    return checkHashable(heap, value) && value.is(Kind::String) &&
           (findNamed(kFilters, value.bytes()) ||
            isListed(kUnsupportedFilters, value.bytes()));
  case TestId::Test:
    return checkHashable(heap, value) && value.is(Kind::String) &&
           findNamed(kTests, value.bytes());
  case TestId::Float:
    return value.is(Kind::Float);
  case TestId::In:
    return contains(heap, other[0], value);
  case TestId::Integer:
    return value.is(Kind::Integer);
  case TestId::Iterable:
    return isIterable(value);
  case TestId::Lower:
    return hasOnlyCase(heap, value, true);
  case TestId::Upper:
    return hasOnlyCase(heap, value, false);
  case TestId::Mapping:
    return value.is(Kind::Dict);
  case TestId::None:
    return value.is(Kind::None);
  case TestId::Number:
    return value.isNumber();
  case TestId::Sameas:
    return isSame(heap, value, other[0]);
  case TestId::Sequence:
    return value.is(Kind::Undefined) || value.is(Kind::String) ||
           value.isArray() || value.is(Kind::Dict) || value.is(Kind::Range);
  case TestId::String:
    return value.is(Kind::String);
  case TestId::Undefined:
    return value.is(Kind::Undefined);
  case TestId::Count_:
    break;
  }
  heap.fail("an unknown test");
  return false;
}

} // namespace llmrt::chat
