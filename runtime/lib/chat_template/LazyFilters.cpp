//===- LazyFilters.cpp - Filters that return a generator ------------------===//
//
// Python computes these item by item as they are read. Here all items are
// computed at once, and an error waits in the generator until the reader comes
// to it: nothing these filters call has side effects, so it looks the same.
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/chat_template/Filters.h"

#include <algorithm>

namespace llmrt::chat {
namespace {

constexpr uint32_t kMaxNestedCalls = 32;

/// Filters call filters by name: `xs | map("map", "upper")`.
class Nested {
public:
  explicit Nested(Heap &heap) : heap(heap) { ++heap.nestedCalls; }
  ~Nested() { --heap.nestedCalls; }
  bool tooDeep() {
    if (heap.nestedCalls <= kMaxNestedCalls)
      return false;
    heap.fail("filters that call filters nest deeper than " +
              std::to_string(kMaxNestedCalls) + " levels");
    return true;
  }

private:
  Heap &heap;
};

Value filterByName(Heap &heap, const Value &name, const Value &item,
                   Arguments arguments) {
  std::string_view text =
      name.is(Kind::String) ? name.bytes() : std::string_view();
  if (const Named<FilterId> *filter = findNamed(kFilters, text))
    return applyFilter(heap, filter->id, item, arguments);
  if (isListed(kUnsupportedFilters, text))
    return heap.unsupported("filter '" + std::string(text) + "'");
  return heap.fail("No filter named '" + textOf(heap, name) + "'.");
}

bool testByName(Heap &heap, const Value &name, const Value &item,
                Arguments arguments) {
  std::string_view text =
      name.is(Kind::String) ? name.bytes() : std::string_view();
  if (const Named<TestId> *test = findNamed(kTests, text))
    return applyTest(heap, test->id, item, arguments);
  heap.fail("No test named '" + textOf(heap, name) + "'.");
  return false;
}

/// What a lazy filter does with one item: append to `out`, or fail.
void mapItems(Heap &heap, const std::vector<Value> &items, Arguments &arguments,
              std::vector<Value> &out) {
  Value attribute = arguments.positional.empty() ? arguments.take("attribute")
                                                 : Value::missing();
  if (!attribute.is(Kind::Missing)) {
    Value absent = arguments.take("default");
    if (!arguments.keywords.empty()) {
      heap.fail("Unexpected keyword argument '" +
                std::string(arguments.keywords.front().first) + "'");
      return;
    }
    AttributePath path(heap, attribute, false, absent);
    for (const Value &item : items) {
      Value found = path.of(item);
      if (heap.failed())
        return;
      out.push_back(found);
    }
    return;
  }
  if (arguments.positional.empty()) {
    heap.fail("map requires a filter argument");
    return;
  }
  Value name = arguments.positional.front();
  arguments.positional.erase(arguments.positional.begin());
  for (const Value &item : items) {
    Value made = filterByName(heap, name, item, arguments);
    if (heap.failed())
      return;
    out.push_back(made);
  }
}

void selectItems(Heap &heap, FilterId id, const std::vector<Value> &items,
                 Arguments &arguments, std::vector<Value> &out) {
  bool byAttribute = id == FilterId::Selectattr || id == FilterId::Rejectattr;
  bool wanted = id == FilterId::Select || id == FilterId::Selectattr;
  std::vector<Value> &given = arguments.positional;
  Value attribute = Value::missing(), test = Value::missing();
  if (byAttribute) {
    if (given.empty()) {
      heap.fail("Missing parameter for attribute name");
      return;
    }
    attribute = given.front();
    given.erase(given.begin());
  }
  if (!given.empty()) {
    test = given.front();
    given.erase(given.begin());
  }
  AttributePath path(heap, attribute, false);
  for (const Value &item : items) {
    if (!heap.spend(1))
      return;
    Value subject = path.of(item);
    if (heap.failed())
      return;
    bool passes = test.is(Kind::Missing)
                      ? truth(subject)
                      : testByName(heap, test, subject, arguments);
    if (heap.failed())
      return;
    if (passes == wanted)
      out.push_back(item);
  }
}

void uniqueItems(Heap &heap, const std::vector<Value> &items,
                 const Value *given, std::vector<Value> &out) {
  AttributePath path(heap, given[1], !truth(given[0]));
  Value seen = heap.dict();
  for (const Value &item : items) {
    if (heap.failed())
      return;
    Value key = path.of(item);
    if (heap.failed() || !checkHashable(heap, key))
      return;
    if (heap.find(*seen.dict, key))
      continue;
    if (!heap.insert(*seen.dict, key, Value::none()))
      return;
    out.push_back(item);
  }
}

/// Rows of `linecount` items, the last filled up with `fill_with`.
void batchItems(Heap &heap, const std::vector<Value> &items, const Value *given,
                std::vector<Value> &out) {
  if (!given[0].isIndex()) {
    heap.unsupported("batch by something else than an integer");
    return;
  }
  int64_t width = given[0].index();
  std::vector<Value> row;
  for (const Value &item : items) {
    if (static_cast<int64_t>(row.size()) == width) {
      out.push_back(heap.list(std::move(row)));
      row.clear();
      if (heap.failed())
        return;
    }
    row.push_back(item);
  }
  if (row.empty())
    return;
  bool fills = !given[1].is(Kind::Missing) && !given[1].is(Kind::None);
  if (fills && static_cast<int64_t>(row.size()) < width) {
    if (!heap.reserve(static_cast<uint64_t>(width) > UINT64_MAX / 16
                          ? UINT64_MAX
                          : static_cast<uint64_t>(width) * sizeof(Value)))
      return;
    row.resize(width, given[1]);
  }
  out.push_back(heap.list(std::move(row)));
}

/// `slices` columns of about equal length.
void sliceItems(Heap &heap, const std::vector<Value> &items, const Value *given,
                std::vector<Value> &out) {
  int64_t columns;
  if (!integerArgument(heap, "slice", given[0], 0, columns))
    return;
  if (columns == 0) {
    heap.fail("division by zero");
    return;
  }
  bool fills = !given[1].is(Kind::Missing) && !given[1].is(Kind::None);
  int64_t length = items.size();
  int64_t each = columns > 0 ? length / columns : 0;
  int64_t longer = columns > 0 ? length % columns : 0;
  for (int64_t i = 0, start = 0; i < columns; ++i) {
    int64_t size = each + (i < longer);
    std::vector<Value> column(items.begin() + start,
                              items.begin() + start + size);
    start += size;
    if (fills && i >= longer)
      column.push_back(given[1]);
    out.push_back(heap.list(std::move(column)));
    if (heap.failed())
      return;
  }
}

} // namespace

Value applyLazyFilter(Heap &heap, FilterId id, const Value &value,
                      Arguments &arguments) {
  Nested nested(heap);
  if (nested.tooDeep())
    return Value();
  // map and select take any arguments and look at them only when they are read.
  Value given[2];
  bool bindsNow =
      id == FilterId::Unique || id == FilterId::Batch || id == FilterId::Slice;
  if (id == FilterId::Unique &&
      !bind(heap, "unique", arguments, {"case_sensitive", "attribute"}, given))
    return Value();
  if (id == FilterId::Batch &&
      !bind(heap, "batch", arguments, {"*linecount", "fill_with"}, given))
    return Value();
  if (id == FilterId::Slice &&
      !bind(heap, "slice", arguments, {"*slices", "fill_with"}, given))
    return Value();
  std::vector<Value> out;
  std::string late;
  if (truth(value) || bindsNow) {
    if (const std::vector<Value> *items = itemsOf(heap, value, &late)) {
      if (id == FilterId::Map)
        mapItems(heap, *items, arguments, out);
      else if (id == FilterId::Unique)
        uniqueItems(heap, *items, given, out);
      else if (id == FilterId::Batch)
        batchItems(heap, *items, given, out);
      else if (id == FilterId::Slice)
        sliceItems(heap, *items, given, out);
      else
        selectItems(heap, id, *items, arguments, out);
    }
  }
  if (heap.failed() && !heap.takeError(late))
    return Value();
  return heap.generator(std::move(out), std::move(late));
}

} // namespace llmrt::chat
