//===- Methods.cpp - Methods of containers and loops ----------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"

namespace llmrt::chat {
namespace {

Value callDict(Heap &heap, const Method &method, Arguments &arguments) {
  const Value &self = method.self;
  Value given[2];
  switch (method.id) {
  case MethodId::Get: {
    if (!bind(heap, "get", arguments, {"/*key", "/default"}, given) ||
        !checkHashable(heap, given[0]))
      return Value();
    const Value *held = heap.find(*self.dict, given[0]);
    return held ? *held : given[1].is(Kind::Missing) ? Value::none() : given[1];
  }
  case MethodId::Keys:
    return bind(heap, "keys", arguments, {}, given)
               ? heap.view(View::Keys, self.dict)
               : Value();
  case MethodId::Values:
    return bind(heap, "values", arguments, {}, given)
               ? heap.view(View::Values, self.dict)
               : Value();
  case MethodId::Items:
    return bind(heap, "items", arguments, {}, given)
               ? heap.view(View::Items, self.dict)
               : Value();
  default:
    return bind(heap, "copy", arguments, {}, given) ? self : Value();
  }
}

Value callSequence(Heap &heap, const Method &method, Arguments &arguments) {
  const std::vector<Value> &items = method.self.sequence->items;
  Value given[3];
  if (method.id == MethodId::ListCopy)
    return bind(heap, "copy", arguments, {}, given) ? heap.list(items)
                                                    : Value();
  if (method.id == MethodId::ItemCount) {
    if (!bind(heap, "count", arguments, {"/*value"}, given))
      return Value();
    int64_t count = 0;
    for (const Value &item : items)
      count += !heap.failed() && equal(heap, item, given[0]);
    return Value::of(count);
  }
  int64_t first, last, length = items.size();
  if (!bind(heap, "index", arguments, {"/*value", "/start", "/stop"}, given) ||
      !integerArgument(heap, "index", given[1], 0, first) ||
      !integerArgument(heap, "index", given[2], length, last))
    return Value();
  if (first < 0)
    first = std::max<int64_t>(first + length, 0);
  if (last < 0)
    last += length;
  for (int64_t i = first; i < last && i < length && !heap.failed(); ++i)
    if (equal(heap, items[i], given[0]))
      return Value::of(i);
  return heap.fail("the value is not in the list");
}

Value callLoop(Heap &heap, const Method &method, Arguments &arguments) {
  Loop &loop = *method.self.loop;
  if (!arguments.keywords.empty())
    return heap.fail("loop." + method.name->bytes +
                     "() takes no keyword arguments");
  if (method.id == MethodId::Cycle) {
    size_t count = arguments.positional.size();
    if (count == 0)
      return heap.fail("no items for cycling given");
    return arguments.positional[loop.index0 % count];
  }
  Value seen = heap.tuple(arguments.positional);
  if (heap.failed())
    return Value();
  bool changed = loop.lastChanged.is(Kind::Missing) ||
                 !equal(heap, loop.lastChanged, seen);
  loop.lastChanged = seen;
  return Value::of(changed);
}

} // namespace

Value callMethod(Heap &heap, const Method &method, Arguments &arguments) {
  if (method.id == MethodId::Unsupported)
    return heap.unsupported("method " + method.name->bytes + "() of " +
                            typeName(method.self));
  switch (method.self.kind) {
  case Kind::String:
    return callString(heap, method, arguments);
  case Kind::Dict:
    return callDict(heap, method, arguments);
  case Kind::List:
  case Kind::Tuple:
    return callSequence(heap, method, arguments);
  case Kind::Loop:
    return callLoop(heap, method, arguments);
  default:
    return heap.fail("an unknown method");
  }
}

} // namespace llmrt::chat
