//===- SequenceFilters.cpp - Filters that read the items of a value -------===//

#include "runtime/lib/chat_template/Filters.h"

#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Unicode.h"

#include <algorithm>

namespace llmrt::chat {

Value withoutCase(Heap &heap, const Value &value) {
  return value.is(Kind::String)
             ? heap.text(lowerCase(value.bytes()), value.markup)
             : value;
}

AttributePath::AttributePath(Heap &heap, const Value &attribute,
                             bool ignoreCase, const Value &absent)
    : heap(heap), ignoreCase(ignoreCase),
      absent(absent.is(Kind::None) ? Value::missing() : absent) {
  if (attribute.is(Kind::Missing) || attribute.is(Kind::None))
    return;
  if (!attribute.is(Kind::String)) {
    parts.push_back(attribute);
    return;
  }
  for (std::string_view part : splitAt(attribute.bytes(), ".", -1, false)) {
    int64_t index;
    bool digits = !part.empty() && part.find_first_not_of("0123456789") ==
                                       std::string_view::npos;
    if (digits && parseInt(part, 10, index) == ParsedInt::Ok)
      parts.push_back(Value::of(index));
    else
      parts.push_back(heap.text(part));
  }
}

Value AttributePath::of(const Value &item) const {
  Value value = item;
  for (const Value &part : parts) {
    value = getItem(heap, value, part);
    if (heap.failed())
      return Value();
    if (value.is(Kind::Undefined) && !absent.is(Kind::Missing))
      value = absent;
  }
  return ignoreCase ? withoutCase(heap, value) : value;
}

/// Merge sort: stable, and safe whatever the comparison says.
std::vector<Value> sortedBy(Heap &heap, const std::vector<Value> &items,
                            const std::vector<Value> &keys, bool reverse) {
  std::vector<size_t> order(items.size()), merged(items.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = reverse ? order.size() - 1 - i : i;
  for (size_t width = 1; width < order.size(); width *= 2) {
    for (size_t start = 0; start < order.size(); start += 2 * width) {
      size_t middle = std::min(start + width, order.size());
      size_t end = std::min(start + 2 * width, order.size());
      size_t left = start, right = middle;
      for (size_t i = start; i < end; ++i) {
        bool takeRight = left == middle;
        if (left < middle && right < end)
          takeRight = compare(heap, Comparison::Less, keys[order[right]],
                              keys[order[left]]);
        if (heap.failed())
          return {};
        merged[i] = order[takeRight ? right++ : left++];
      }
    }
    order.swap(merged);
  }
  if (reverse)
    std::reverse(order.begin(), order.end());
  std::vector<Value> out;
  out.reserve(order.size());
  for (size_t index : order)
    out.push_back(items[index]);
  return out;
}

namespace {

Value sorted(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[3];
  int64_t reverse;
  if (!bind(heap, "sort", arguments, {"reverse", "case_sensitive", "attribute"},
            given) ||
      !integerArgument(heap, "sort", given[0], 0, reverse))
    return Value();
  std::vector<AttributePath> paths;
  if (given[2].is(Kind::String)) {
    for (std::string_view part : splitAt(given[2].bytes(), ",", -1, false))
      paths.emplace_back(heap, heap.text(part), !truth(given[1]));
  } else {
    paths.emplace_back(heap, given[2], !truth(given[1]));
  }
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  std::vector<Value> keys;
  for (const Value &item : *items) {
    std::vector<Value> key;
    for (const AttributePath &path : paths)
      key.push_back(path.of(item));
    if (heap.failed())
      return Value();
    keys.push_back(heap.list(std::move(key)));
  }
  if (heap.failed())
    return Value();
  std::vector<Value> out = sortedBy(heap, *items, keys, reverse != 0);
  return heap.failed() ? Value() : heap.list(std::move(out));
}

Value dictSorted(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[3];
  if (!bind(heap, "dictsort", arguments, {"case_sensitive", "by", "reverse"},
            given))
    return Value();
  std::string_view by = given[1].is(Kind::Missing)  ? std::string_view("key")
                        : given[1].is(Kind::String) ? given[1].bytes()
                                                    : std::string_view();
  if (by != "key" && by != "value")
    return heap.fail("You can only sort by either \"key\" or \"value\"");
  if (value.is(Kind::Undefined))
    return failUndefined(heap, value);
  if (!value.is(Kind::Dict))
    return heap.fail(std::string("'") + typeName(value) +
                     "' object has no attribute 'items'");
  int64_t reverse;
  if (!integerArgument(heap, "dictsort", given[2], 0, reverse))
    return Value();
  std::vector<Value> items, keys;
  for (const auto &[key, item] : value.dict->entries) {
    items.push_back(heap.tuple({key, item}));
    const Value &part = by == "key" ? key : item;
    keys.push_back(truth(given[0]) ? part : withoutCase(heap, part));
    if (heap.failed())
      return Value();
  }
  std::vector<Value> out = sortedBy(heap, items, keys, reverse != 0);
  return heap.failed() ? Value() : heap.list(std::move(out));
}

Value extreme(Heap &heap, FilterId id, const Value &value,
              Arguments &arguments) {
  Value given[2];
  if (!bind(heap, id == FilterId::Min ? "min" : "max", arguments,
            {"case_sensitive", "attribute"}, given))
    return Value();
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  if (items->empty())
    return heap.undefined("No aggregated item, sequence was empty.");
  AttributePath path(heap, given[1], !truth(given[0]));
  Comparison better =
      id == FilterId::Min ? Comparison::Less : Comparison::Greater;
  Value best, bestKey;
  for (size_t i = 0; i < items->size(); ++i) {
    Value key = path.of((*items)[i]);
    if (heap.failed())
      return Value();
    if (i == 0 || compare(heap, better, key, bestKey)) {
      best = (*items)[i];
      bestKey = key;
    }
  }
  return heap.failed() ? Value() : best;
}

Value summed(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[2];
  if (!bind(heap, "sum", arguments, {"attribute", "start"}, given))
    return Value();
  Value total = given[1].is(Kind::Missing) ? Value::of(int64_t(0)) : given[1];
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  if (total.is(Kind::String))
    return heap.fail("sum() can't sum strings");
  AttributePath path(heap, given[0], false);
  for (const Value &item : *items) {
    total = arithmetic(heap, Arithmetic::Add, total, path.of(item));
    if (heap.failed())
      return Value();
  }
  return total;
}

Value joinedItems(Heap &heap, const Value &value, Arguments &arguments) {
  Value given[2];
  if (!bind(heap, "join", arguments, {"d", "attribute"}, given))
    return Value();
  std::string between =
      given[0].is(Kind::Missing) ? std::string() : textOf(heap, given[0]);
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  AttributePath path(heap, given[1], false);
  Builder out(heap);
  for (size_t i = 0; i < items->size(); ++i)
    if ((i && !out.add(between)) ||
        !appendText(out, heap, path.of((*items)[i])) || heap.failed())
      return Value();
  return heap.text(out.take());
}

Value firstItem(Heap &heap, const Value &value) {
  if (value.is(Kind::Generator)) {
    Generator &generator = *value.generator;
    if (generator.next < generator.items.size())
      return generator.items[generator.next++];
    if (!generator.error.empty())
      return heap.fail(generator.error);
    return heap.undefined("No first item, sequence was empty.");
  }
  Value item;
  if ((value.is(Kind::String) || value.isArray() || value.is(Kind::Range))) {
    if (truth(value) && itemAt(heap, value, 0, item))
      return item;
    return heap.undefined("No first item, sequence was empty.");
  }
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  return items->empty() ? heap.undefined("No first item, sequence was empty.")
                        : items->front();
}

Value lastItem(Heap &heap, const Value &value) {
  if (!hasLength(value) || value.is(Kind::Loop))
    return heap.fail(std::string("'") + typeName(value) +
                     "' object is not reversible");
  Value item;
  if (value.is(Kind::String) || value.isArray() || value.is(Kind::Range)) {
    if (truth(value) && itemAt(heap, value, -1, item))
      return item;
    return heap.undefined("No last item, sequence was empty.");
  }
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  return items->empty() ? heap.undefined("No last item, sequence was empty.")
                        : items->back();
}

Value reversed(Heap &heap, const Value &value) {
  if (value.is(Kind::String))
    return getSlice(heap, value, Value::none(), Value::none(),
                    Value::of(int64_t(-1)));
  if (!isIterable(value))
    return heap.fail("argument must be iterable");
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return Value();
  std::vector<Value> out(items->rbegin(), items->rend());
  return value.is(Kind::Generator) ? heap.list(std::move(out))
                                   : heap.generator(std::move(out), "");
}

} // namespace

Value applySequenceFilter(Heap &heap, FilterId id, const Value &value,
                          Arguments &arguments) {
  switch (id) {
  case FilterId::Sort:
    return sorted(heap, value, arguments);
  case FilterId::Dictsort:
    return dictSorted(heap, value, arguments);
  case FilterId::Min:
  case FilterId::Max:
    return extreme(heap, id, value, arguments);
  case FilterId::Sum:
    return summed(heap, value, arguments);
  case FilterId::Join:
    return joinedItems(heap, value, arguments);
  default:
    break;
  }
  Value none[1];
  if (!bind(heap, "filter", arguments, {}, none))
    return Value();
  switch (id) {
  case FilterId::First:
    return firstItem(heap, value);
  case FilterId::Last:
    return lastItem(heap, value);
  case FilterId::Reverse:
    return reversed(heap, value);
  case FilterId::List: {
    const std::vector<Value> *items = itemsOf(heap, value);
    return items ? heap.list(*items) : Value();
  }
  case FilterId::Items: {
    if (value.is(Kind::Undefined))
      return heap.generator({}, "");
    if (!value.is(Kind::Dict))
      return heap.generator({}, "Can only get item pairs from a mapping.");
    std::vector<Value> pairs;
    for (const auto &[key, item] : value.dict->entries) {
      pairs.push_back(heap.tuple({key, item}));
      if (heap.failed())
        return Value();
    }
    return heap.generator(std::move(pairs), "");
  }
  default:
    return heap.fail("an unknown filter");
  }
}

} // namespace llmrt::chat
