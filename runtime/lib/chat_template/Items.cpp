//===- Items.cpp - Length, items and indices of template values -----------===//

#include "runtime/lib/chat_template/Operators.h"

#include "runtime/lib/chat_template/Text.h"
#include "runtime/lib/chat_template/Utf8.h"

namespace llmrt::chat {

bool isIterable(const Value &value) {
  switch (value.kind) {
  case Kind::Undefined:
  case Kind::String:
  case Kind::List:
  case Kind::Tuple:
  case Kind::Dict:
  case Kind::Range:
  case Kind::View:
  case Kind::Generator:
  case Kind::Loop:
    return true;
  default:
    return false;
  }
}

static const std::vector<Value> *kept(Heap &heap, std::vector<Value> items) {
  Value list = heap.list(std::move(items));
  return heap.failed() ? nullptr : &list.sequence->items;
}

const std::vector<Value> *itemsOf(Heap &heap, const Value &value,
                                  std::string *lateError) {
  std::vector<Value> items;
  switch (value.kind) {
  case Kind::List:
  case Kind::Tuple:
    return &value.sequence->items;
  case Kind::Undefined:
    return kept(heap, {});
  case Kind::String: {
    std::string_view text = value.bytes();
    for (size_t i = 0; i < text.size() && !heap.failed();) {
      size_t start = i;
      nextCodePoint(text, i);
      items.push_back(heap.text(text.substr(start, i - start), value.markup));
    }
    return kept(heap, std::move(items));
  }
  case Kind::Dict:
    for (const auto &entry : value.dict->entries)
      items.push_back(entry.first);
    return kept(heap, std::move(items));
  case Kind::Range:
    for (int64_t i = 0; i < value.range->length; ++i)
      items.push_back(Value::of(value.range->start + i * value.range->step));
    return kept(heap, std::move(items));
  case Kind::View:
    for (const auto &[key, item] : value.view->dict->entries) {
      if (heap.failed())
        return nullptr;
      items.push_back(value.view->part == View::Keys ? key
                      : value.view->part == View::Values
                          ? item
                          : heap.tuple({key, item}));
    }
    return kept(heap, std::move(items));
  case Kind::Generator: {
    Generator &generator = *value.generator;
    items.assign(generator.items.begin() + generator.next,
                 generator.items.end());
    generator.next = generator.items.size();
    std::string error = std::move(generator.error);
    generator.error.clear();
    if (!error.empty()) {
      if (!lateError) {
        heap.fail(std::move(error));
        return nullptr;
      }
      *lateError = std::move(error);
    }
    return kept(heap, std::move(items));
  }
  case Kind::Loop:
    heap.unsupported("iterating over `loop` itself");
    return nullptr;
  default:
    heap.fail(std::string("'") + typeName(value) + "' object is not iterable");
    return nullptr;
  }
}

bool hasLength(const Value &value) {
  switch (value.kind) {
  case Kind::Undefined:
  case Kind::String:
  case Kind::List:
  case Kind::Tuple:
  case Kind::Dict:
  case Kind::Range:
  case Kind::View:
  case Kind::Loop:
    return true;
  default:
    return false;
  }
}

int64_t lengthOf(Heap &heap, const Value &value) {
  switch (value.kind) {
  case Kind::Undefined:
    return 0;
  case Kind::String:
    heap.spendBytes(value.bytes().size());
    return codePoints(value.bytes());
  case Kind::List:
  case Kind::Tuple:
    return value.sequence->items.size();
  case Kind::Dict:
    return value.dict->entries.size();
  case Kind::Range:
    return value.range->length;
  case Kind::View:
    return value.view->dict->entries.size();
  case Kind::Loop:
    return value.loop->items->size();
  default:
    heap.fail(std::string("object of type '") + typeName(value) +
              "' has no len()");
    return -1;
  }
}

bool itemAt(Heap &heap, const Value &value, int64_t index, Value &item) {
  int64_t length = lengthOf(heap, value);
  if (index < 0)
    index += length;
  if (heap.failed() || index < 0 || index >= length)
    return false;
  if (value.is(Kind::String))
    item = heap.text(codePointRange(value.bytes(), index, index + 1),
                     value.markup);
  else if (value.is(Kind::Range))
    item = Value::of(value.range->start + index * value.range->step);
  else
    item = value.sequence->items[index];
  return true;
}

} // namespace llmrt::chat
