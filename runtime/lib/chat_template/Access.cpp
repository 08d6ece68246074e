//===- Access.cpp - object.name, object[key], object[a:b:c] ---------------===//
//
// Jinja's two look-ups: `.name` tries the Python attribute first and then the
// item, `[key]` the other way round. So `message.items` is the method of dict
// even where the message has such a key, and `schema["items"]` without that
// key is the method, too. Templates depend on both.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Utf8.h"

#include <algorithm>

namespace llmrt::chat {
namespace {

constexpr std::string_view kNumberAttributes[] = {
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator",
    "from_bytes",       "fromhex",   "hex",        "imag",      "is_integer",
    "numerator",        "real",      "to_bytes"};

std::string describe(const Value &object) {
  if (object.is(Kind::None))
    return "None";
  if (object.is(Kind::Namespace))
    return "jinja2.utils.Namespace object";
  return std::string(typeName(object)) + " object";
}

Value noAttribute(Heap &heap, const Value &object, std::string_view name) {
  return heap.undefined("'" + describe(object) + "' has no attribute '" +
                        std::string(name) + "'");
}

Value unsafe(Heap &heap, const Value &object, std::string_view name) {
  return heap.undefined("access to attribute '" + std::string(name) + "' of '" +
                        typeName(object) + "' object is unsafe.");
}

template <size_t N>
bool findMethod(Heap &heap, const Named<MethodId> (&table)[N],
                const Value &object, std::string_view name, Value &found) {
  const Named<MethodId> *entry = findNamed(table, name);
  if (!entry)
    return false;
  found = heap.method(entry->id, name, object);
  return true;
}

bool loopAttribute(Heap &heap, const Value &object, std::string_view name,
                   Value &found) {
  const Loop &loop = *object.loop;
  int64_t length = loop.items->size();
  auto item = [&](const Value &value, const char *what) {
    return value.is(Kind::Missing)
               ? heap.undefined(std::string("there is no ") + what + " item")
               : value;
  };
  if (name == "index")
    found = Value::of(loop.index0 + 1);
  else if (name == "index0")
    found = Value::of(loop.index0);
  else if (name == "first")
    found = Value::of(loop.index0 == 0);
  else if (name == "last")
    found = Value::of(loop.next >= loop.items->size());
  else if (name == "length")
    found = Value::of(length);
  else if (name == "revindex")
    found = Value::of(length - loop.index0);
  else if (name == "revindex0")
    found = Value::of(length - loop.index0 - 1);
  else if (name == "depth")
    found = Value::of(int64_t(1));
  else if (name == "depth0")
    found = Value::of(int64_t(0));
  else if (name == "previtem")
    found = item(loop.before, "previous");
  else if (name == "nextitem")
    found = item(loop.next < loop.items->size() ? (*loop.items)[loop.next]
                                                : Value::missing(),
                 "next");
  else
    return findMethod(heap, kLoopMethods, object, name, found);
  return true;
}

/// What Python's getattr finds; false where it raises AttributeError.
bool pythonAttribute(Heap &heap, const Value &object, std::string_view name,
                     Value &found) {
  switch (object.kind) {
  case Kind::Undefined:
    found = failUndefined(heap, object);
    return true;
  case Kind::String:
    if (findMethod(heap, kStringMethods, object, name, found))
      return true;
    if (object.markup &&
        (name == "unescape" || name == "striptags" || name == "escape")) {
      found = heap.method(MethodId::Unsupported, name, object);
      return true;
    }
    return false;
  case Kind::List:
    if (isListed(kListMutators, name)) {
      found = unsafe(heap, object, name);
      return true;
    }
    return findMethod(heap, kListMethods, object, name, found);
  case Kind::Tuple:
    return findMethod(heap, kTupleMethods, object, name, found);
  case Kind::Dict:
    if (isListed(kDictMutators, name)) {
      found = unsafe(heap, object, name);
      return true;
    }
    return findMethod(heap, kDictMethods, object, name, found);
  case Kind::Namespace:
    if (const Value *held = object.dict->find(name)) {
      found = *held;
      return true;
    }
    return false;
  case Kind::Loop:
    return loopAttribute(heap, object, name, found);
  case Kind::Boolean:
  case Kind::Integer:
  case Kind::Float:
    if (!isListed(kNumberAttributes, name))
      return false;
    found =
        heap.unsupported("attribute '" + std::string(name) + "' of a number");
    return true;
  case Kind::Range:
  case Kind::View:
  case Kind::Generator:
  case Kind::Macro:
  case Kind::Method:
  case Kind::Function: {
    constexpr std::string_view known[] = {
        "arguments",  "caller",  "catch_kwargs", "catch_varargs",
        "close",      "count",   "fromkeys",     "index",
        "isdisjoint", "mapping", "name",         "send",
        "start",      "step",    "stop",         "throw"};
    if (!isListed(known, name))
      return false;
    found = heap.unsupported("attribute '" + std::string(name) + "' of a " +
                             typeName(object));
    return true;
  }
  default:
    return false;
  }
}

/// What Python's object[key] finds; false where it raises TypeError or
/// LookupError.
bool pythonItem(Heap &heap, const Value &object, const Value &key,
                Value &found) {
  switch (object.kind) {
  case Kind::Undefined:
    found = failUndefined(heap, object);
    return true;
  case Kind::String:
  case Kind::List:
  case Kind::Tuple:
  case Kind::Range:
    return key.isIndex() && itemAt(heap, object, key.index(), found);
  case Kind::Dict: {
    if (key.is(Kind::List) || key.is(Kind::Dict) || key.is(Kind::View))
      return false;
    const Value *held = heap.find(*object.dict, key);
    if (held)
      found = *held;
    return held != nullptr;
  }
  default:
    return false;
  }
}

} // namespace

Value getAttribute(Heap &heap, const Value &object, std::string_view name) {
  Value found;
  if (pythonAttribute(heap, object, name, found))
    return found;
  if (object.is(Kind::Dict))
    if (const Value *held = object.dict->find(name)) {
      heap.spend(1);
      return *held;
    }
  return noAttribute(heap, object, name);
}

Value getItem(Heap &heap, const Value &object, const Value &key) {
  Value found;
  if (pythonItem(heap, object, key, found) || heap.failed())
    return found;
  if (!key.is(Kind::String))
    return heap.undefined(describe(object) + " has no element " +
                          textOf(heap, key));
  if (pythonAttribute(heap, object, key.bytes(), found))
    return found;
  return noAttribute(heap, object, key.bytes());
}

Value getSlice(Heap &heap, const Value &object, const Value &start,
               const Value &stop, const Value &step) {
  if (object.is(Kind::Undefined))
    return failUndefined(heap, object);
  if (!object.is(Kind::String) && !object.isArray() && !object.is(Kind::Range))
    return heap.fail(std::string("'") + typeName(object) +
                     "' object cannot be sliced");
  for (const Value *bound : {&start, &stop, &step})
    if (!bound->isIndex() && !bound->is(Kind::None))
      return heap.fail("slice indices must be integers or None");
  int64_t stride = step.is(Kind::None) ? 1 : step.index();
  if (stride == 0)
    return heap.fail("slice step cannot be zero");
  int64_t length = lengthOf(heap, object);
  // As PySlice_AdjustIndices: bounds are clipped to what the step can reach.
  int64_t lowest = stride < 0 ? -1 : 0;
  int64_t highest = stride < 0 ? length - 1 : length;
  auto clip = [&](const Value &bound, int64_t absent) {
    if (bound.is(Kind::None))
      return absent;
    int64_t index = bound.index();
    if (index < 0)
      index = index < -length ? lowest : index + length;
    return std::clamp(index, lowest, std::max(lowest, highest));
  };
  int64_t first = clip(start, stride < 0 ? highest : lowest);
  int64_t last = clip(stop, stride < 0 ? lowest : highest);
  if (object.is(Kind::String) && stride == 1)
    return heap.text(codePointRange(object.bytes(), first, last),
                     object.markup);

  std::vector<int64_t> picked;
  if (!heap.spend(1 + length / 8))
    return Value();
  __int128 i = first;
  for (; stride > 0 ? i < last : i > last; i += stride)
    picked.push_back(static_cast<int64_t>(i));
  if (object.is(Kind::String)) {
    std::string_view text = object.bytes();
    std::vector<std::string_view> characters;
    for (size_t at = 0; at < text.size();) {
      size_t from = at;
      nextCodePoint(text, at);
      characters.push_back(text.substr(from, at - from));
    }
    std::string out;
    for (int64_t index : picked)
      out += characters[index];
    return heap.text(std::move(out), object.markup);
  }
  if (object.is(Kind::Range)) {
    const Range &range = *object.range;
    int64_t newStep, from, to;
    if (__builtin_mul_overflow(range.step, stride, &newStep) ||
        __builtin_mul_overflow(range.step, first, &from) ||
        __builtin_add_overflow(range.start, from, &from) ||
        __builtin_mul_overflow(range.step, last, &to) ||
        __builtin_add_overflow(range.start, to, &to))
      return heap.unsupported("integers beyond 64 bits");
    return heap.range(from, to, newStep);
  }
  std::vector<Value> items;
  for (int64_t index : picked)
    items.push_back(object.sequence->items[index]);
  return object.is(Kind::List) ? heap.list(std::move(items))
                               : heap.tuple(std::move(items));
}

} // namespace llmrt::chat
