//===- Compare.cpp - Equality, order and membership -----------------------===//

#include "runtime/lib/chat_template/Operators.h"
#include "runtime/lib/chat_template/Text.h"

#include <cmath>

namespace llmrt::chat {
namespace {

/// -1, 0, 1; 2 where a NaN takes part. Integers and floats compare exactly:
/// x86's long double holds both.
int orderOfNumbers(const Value &left, const Value &right) {
  auto wide = [](const Value &value) -> long double {
    return value.is(Kind::Float) ? static_cast<long double>(value.real)
                                 : static_cast<long double>(value.index());
  };
  static_assert(__LDBL_MANT_DIG__ >= 64, "int64 must fit a long double");
  long double l = wide(left), r = wide(right);
  return l < r ? -1 : l > r ? 1 : l == r ? 0 : 2;
}

bool sameObject(const Value &left, const Value &right) {
  return left.kind == right.kind && left.integer == right.integer;
}

bool equalItems(Heap &heap, const std::vector<Value> &left,
                const std::vector<Value> &right) {
  if (left.size() != right.size())
    return false;
  for (size_t i = 0; i < left.size(); ++i)
    if (!equal(heap, left[i], right[i]) || heap.failed())
      return false;
  return true;
}

bool equalDicts(Heap &heap, const Dict &left, const Dict &right) {
  if (left.entries.size() != right.entries.size())
    return false;
  for (const auto &[key, value] : left.entries) {
    const Value *other = heap.find(right, key);
    if (!other || !equal(heap, value, *other) || heap.failed())
      return false;
  }
  return true;
}

bool equalRanges(const Range &left, const Range &right) {
  return left.length == right.length &&
         (left.length == 0 || (left.start == right.start &&
                               (left.length == 1 || left.step == right.step)));
}

const char *signOf(Comparison operation) {
  switch (operation) {
  case Comparison::Less:
    return "<";
  case Comparison::LessEqual:
    return "<=";
  case Comparison::Greater:
    return ">";
  default:
    return ">=";
  }
}

bool holds(Comparison operation, int order) {
  switch (operation) {
  case Comparison::Less:
    return order == -1;
  case Comparison::LessEqual:
    return order == -1 || order == 0;
  case Comparison::Greater:
    return order == 1;
  default:
    return order == 1 || order == 0;
  }
}

bool ordered(Heap &heap, Comparison operation, const Value &left,
             const Value &right) {
  if (!heap.spend(1))
    return false;
  if (left.isNumber() && right.isNumber())
    return holds(operation, orderOfNumbers(left, right));
  if (left.is(Kind::String) && right.is(Kind::String)) {
    // UTF-8 sorts as its code points do.
    heap.spendBytes(std::min(left.bytes().size(), right.bytes().size()));
    int order = left.bytes().compare(right.bytes());
    return holds(operation, order < 0 ? -1 : order > 0);
  }
  if (left.isArray() && left.kind == right.kind) {
    const std::vector<Value> &l = left.sequence->items;
    const std::vector<Value> &r = right.sequence->items;
    for (size_t i = 0; i < l.size() && i < r.size(); ++i) {
      if (!equal(heap, l[i], r[i]))
        return !heap.failed() && ordered(heap, operation, l[i], r[i]);
      if (heap.failed())
        return false;
    }
    return holds(operation, l.size() < r.size()   ? -1
                            : l.size() > r.size() ? 1
                                                  : 0);
  }
  for (const Value *operand : {&left, &right})
    if (operand->is(Kind::Undefined)) {
      failUndefined(heap, *operand);
      return false;
    }
  if (left.is(Kind::View) && right.is(Kind::View)) {
    heap.unsupported("set operations on dict views");
    return false;
  }
  heap.fail(std::string("'") + signOf(operation) +
            "' not supported between instances of '" + typeName(left) +
            "' and '" + typeName(right) + "'");
  return false;
}

} // namespace

bool equal(Heap &heap, const Value &left, const Value &right) {
  if (!heap.spend(1))
    return false;
  if (left.isNumber() && right.isNumber())
    return orderOfNumbers(left, right) == 0;
  if (left.kind != right.kind) {
    return false;
  }
  switch (left.kind) {
  case Kind::Undefined:
  case Kind::Missing:
  case Kind::None:
    return true;
  case Kind::String:
    return left.bytes().size() == right.bytes().size() &&
           heap.spendBytes(left.bytes().size()) &&
           left.bytes() == right.bytes();
  case Kind::List:
  case Kind::Tuple:
    return left.sequence == right.sequence ||
           equalItems(heap, left.sequence->items, right.sequence->items);
  case Kind::Dict:
    return left.dict == right.dict || equalDicts(heap, *left.dict, *right.dict);
  case Kind::Range:
    return equalRanges(*left.range, *right.range);
  case Kind::View:
    if (left.view == right.view)
      return true;
    if (left.view->part == View::Values || right.view->part == View::Values)
      return false;
    heap.unsupported("set operations on dict views");
    return false;
  case Kind::Method:
    return left.method->id == right.method->id &&
           left.method->name->bytes == right.method->name->bytes &&
           sameObject(left.method->self, right.method->self);
  default:
    return sameObject(left, right);
  }
}

bool compare(Heap &heap, Comparison operation, const Value &left,
             const Value &right) {
  switch (operation) {
  case Comparison::Equal:
    return equal(heap, left, right);
  case Comparison::NotEqual:
    return !equal(heap, left, right);
  case Comparison::In:
    return contains(heap, right, left);
  case Comparison::NotIn:
    return !contains(heap, right, left);
  default:
    return ordered(heap, operation, left, right);
  }
}

static bool containsItem(Heap &heap, const std::vector<Value> &items,
                         const Value &item) {
  for (const Value &candidate : items) {
    if (equal(heap, candidate, item))
      return true;
    if (heap.failed())
      return false;
  }
  return false;
}

bool contains(Heap &heap, const Value &container, const Value &item) {
  switch (container.kind) {
  case Kind::Undefined:
    return false;
  case Kind::String:
    if (!item.is(Kind::String)) {
      heap.fail(std::string("'in <string>' requires string as left operand, "
                            "not ") +
                typeName(item));
      return false;
    }
    return heap.spendBytes(container.bytes().size()) &&
           findText(container.bytes(), item.bytes()) != std::string_view::npos;
  case Kind::List:
  case Kind::Tuple:
    return containsItem(heap, container.sequence->items, item);
  case Kind::Dict:
    return checkHashable(heap, item) && heap.find(*container.dict, item);
  case Kind::Range: {
    if (!item.isNumber())
      return false;
    double real = item.is(Kind::Float) ? item.real : 0;
    if (item.is(Kind::Float) &&
        (real != std::floor(real) || std::fabs(real) > 1e18))
      return false;
    int64_t number =
        item.is(Kind::Float) ? static_cast<int64_t>(real) : item.index();
    const Range &range = *container.range;
    __int128 offset = __int128(number) - range.start;
    return offset % range.step == 0 && offset / range.step >= 0 &&
           offset / range.step < range.length;
  }
  case Kind::View:
    if (container.view->part == View::Keys)
      return checkHashable(heap, item) &&
             heap.find(*container.view->dict, item);
    if (container.view->part == View::Values) {
      for (const auto &entry : container.view->dict->entries)
        if (equal(heap, entry.second, item) || heap.failed())
          return !heap.failed();
      return false;
    }
    if (!item.is(Kind::Tuple) || item.sequence->items.size() != 2)
      return false;
    if (checkHashable(heap, item.sequence->items[0]))
      if (const Value *held =
              heap.find(*container.view->dict, item.sequence->items[0]))
        return equal(heap, *held, item.sequence->items[1]);
    return false;
  case Kind::Generator: {
    Generator &generator = *container.generator;
    while (generator.next < generator.items.size()) {
      if (equal(heap, generator.items[generator.next++], item))
        return true;
      if (heap.failed())
        return false;
    }
    if (!generator.error.empty()) {
      heap.fail(generator.error);
      generator.error.clear();
    }
    return false;
  }
  default:
    heap.fail(std::string("argument of type '") + typeName(container) +
              "' is not iterable");
    return false;
  }
}

bool checkHashable(Heap &heap, const Value &key) {
  switch (key.kind) {
  case Kind::List:
  case Kind::Dict:
    heap.fail(std::string("unhashable type: '") + typeName(key) + "'");
    return false;
  case Kind::View:
    if (key.view->part == View::Values)
      return true;
    heap.fail(std::string("unhashable type: '") + typeName(key) + "'");
    return false;
  case Kind::Tuple:
    for (const Value &item : key.sequence->items)
      if (!checkHashable(heap, item))
        return false;
    return true;
  default:
    return !heap.failed();
  }
}

} // namespace llmrt::chat
