//===- Heap.cpp - What one rendering has made, spent and may still spend --===//

#include "runtime/lib/chat_template/Heap.h"

#include "runtime/lib/chat_template/Operators.h"

#include <algorithm>

namespace llmrt::chat {
namespace {

/// What bookkeeping adds to a value's own bytes, roughly.
constexpr uint64_t kObjectBytes = 64;
constexpr size_t kIndexFrom = 16;

} // namespace

const Value *Dict::find(std::string_view key) const {
  if (!index.empty()) {
    auto found = index.find(key);
    return found == index.end() ? nullptr : &entries[found->second].second;
  }
  for (const auto &[name, value] : entries)
    if (name.is(Kind::String) && name.bytes() == key)
      return &value;
  return nullptr;
}

Value Heap::fail(std::string text) {
  if (!hasFailed) {
    hasFailed = true;
    message = std::move(text);
  }
  return Value();
}

Value Heap::unsupported(const std::string &what) {
  return fail("not supported yet: " + what);
}

bool Heap::takeError(std::string &text) {
  if (limitPassed)
    return false;
  text = std::move(message);
  message.clear();
  hasFailed = false;
  return true;
}

bool Heap::spend(uint64_t steps) {
  if (steps <= stepsLeft) {
    stepsLeft -= steps;
    return !hasFailed;
  }
  stepsLeft = 0;
  limitPassed = true;
  fail("the template took more than " + std::to_string(maxSteps) +
       " steps; that is the limit for one rendering");
  return false;
}

bool Heap::reserve(uint64_t bytes) {
  if (bytes <= bytesLeft) {
    bytesLeft -= bytes;
    return !hasFailed;
  }
  bytesLeft = 0;
  limitPassed = true;
  fail("the template's values took more than " + std::to_string(maxBytes) +
       " bytes; that is the limit for one rendering");
  return false;
}

bool Heap::checkDepth(uint32_t depth) {
  if (depth <= kMaxValueDepth)
    return true;
  fail("a value nests deeper than " + std::to_string(kMaxValueDepth) +
       " levels");
  return false;
}

uint32_t Heap::depthOf(const Value &value) {
  switch (value.kind) {
  case Kind::List:
  case Kind::Tuple:
    return value.sequence->depth;
  case Kind::Dict:
    return value.dict->depth;
  case Kind::View:
    return value.view->dict->depth;
  case Kind::Generator:
    return value.generator->depth;
  case Kind::Method:
    return depthOf(value.method->self);
  default:
    return 0;
  }
}

Value Heap::text(std::string bytes, bool markup) {
  if (!spendBytes(bytes.size()) || !reserve(bytes.size() + kObjectBytes))
    return Value();
  texts.push_back({std::move(bytes)});
  Value value = Value::of(&texts.back());
  value.markup = markup;
  return value;
}

Value Heap::undefined(std::string cause) {
  Value value;
  if (!reserve(cause.size() + kObjectBytes))
    return value;
  causes.push_back({std::move(cause)});
  value.cause = &causes.back();
  return value;
}

Value Heap::array(Kind kind, std::vector<Value> &items) {
  if (!spend(1 + items.size() / 4) ||
      !reserve(items.size() * sizeof(Value) + kObjectBytes))
    return Value();
  uint32_t depth = 0;
  for (const Value &item : items)
    depth = std::max(depth, depthOf(item));
  if (!checkDepth(depth + 1))
    return Value();
  sequences.push_back({std::move(items), depth + 1});
  Value value = Value::of(kind);
  value.sequence = &sequences.back();
  return value;
}

Value Heap::range(int64_t start, int64_t stop, int64_t step) {
  __int128 span = step > 0 ? __int128(stop) - start : __int128(start) - stop;
  __int128 stride = step > 0 ? __int128(step) : -__int128(step);
  __int128 length = span <= 0 ? 0 : (span + stride - 1) / stride;
  constexpr int kMaxRange = 100000; // the sandbox's own limit
  if (length > kMaxRange)
    return fail("range() of more than " + std::to_string(kMaxRange) + " items");
  if (!reserve(kObjectBytes))
    return Value();
  ranges.push_back({start, step, static_cast<int64_t>(length), stop});
  Value value = Value::of(Kind::Range);
  value.range = &ranges.back();
  return value;
}

Value Heap::view(View::Part part, const Dict *dict) {
  if (!reserve(kObjectBytes))
    return Value();
  views.push_back({part, dict});
  Value value = Value::of(Kind::View);
  value.view = &views.back();
  return value;
}

Value Heap::generator(std::vector<Value> items, std::string error) {
  if (!reserve(items.size() * sizeof(Value) + error.size() + kObjectBytes))
    return Value();
  uint32_t depth = 0;
  for (const Value &item : items)
    depth = std::max(depth, depthOf(item));
  if (!checkDepth(depth + 1))
    return Value();
  generators.emplace_back();
  Generator &made = generators.back();
  made.items = std::move(items);
  made.error = std::move(error);
  made.depth = depth + 1;
  Value value = Value::of(Kind::Generator);
  value.generator = &made;
  return value;
}

Value Heap::macro(uint32_t function, Frame *outer, const Text *name) {
  if (!reserve(kObjectBytes))
    return Value();
  macros.push_back({function, outer, name});
  Value value = Value::of(Kind::Macro);
  value.macro = &macros.back();
  return value;
}

Value Heap::method(MethodId id, std::string_view name, const Value &self) {
  if (!reserve(2 * kObjectBytes))
    return Value();
  Value label = text(name);
  if (failed())
    return Value();
  methods.push_back({id, label.text, self});
  Value value = Value::of(Kind::Method);
  value.method = &methods.back();
  return value;
}

Value Heap::loop(Loop *&made) {
  made = nullptr;
  if (!reserve(4 * kObjectBytes))
    return Value();
  loops.emplace_back();
  made = &loops.back();
  Value value = Value::of(Kind::Loop);
  value.loop = made;
  return value;
}

Value Heap::dict(Kind kind) {
  if (!reserve(2 * kObjectBytes))
    return Value();
  dicts.emplace_back();
  Value value = Value::of(kind);
  value.dict = &dicts.back();
  return value;
}

const Value *Heap::find(const Dict &dict, const Value &key) {
  if (key.is(Kind::String)) {
    spend(1 + (dict.index.empty() ? dict.entries.size() / 4 : 0));
    return dict.find(key.bytes());
  }
  for (const auto &[name, value] : dict.entries) {
    if (!spend(1))
      return nullptr;
    if (!name.is(Kind::String) && equal(*this, name, key))
      return &value;
  }
  return nullptr;
}

bool Heap::insert(Dict &dict, const Value &key, const Value &value) {
  if (!checkHashable(*this, key))
    return false;
  const Value *held = find(dict, key);
  if (failed() || !reserve(2 * sizeof(Value)))
    return false;
  dict.depth = std::max({dict.depth, depthOf(value) + 1, depthOf(key) + 1});
  if (!checkDepth(dict.depth))
    return false;
  if (held) {
    const_cast<Value &>(*held) = value;
    return true;
  }
  dict.entries.emplace_back(key, value);
  if (!dict.index.empty()) {
    if (key.is(Kind::String))
      dict.index.emplace(key.bytes(), dict.entries.size() - 1);
  } else if (dict.entries.size() >= kIndexFrom) {
    if (!reserve(dict.entries.size() * kObjectBytes))
      return false;
    for (size_t i = 0; i < dict.entries.size(); ++i)
      if (dict.entries[i].first.is(Kind::String))
        dict.index.emplace(dict.entries[i].first.bytes(), i);
  }
  return true;
}

bool Builder::fits(uint64_t more) {
  uint64_t room = heap.bytesAvailable();
  if (bytes.size() <= room && more <= room - bytes.size())
    return !heap.failed();
  return heap.reserve(UINT64_MAX);
}

bool Builder::add(std::string_view piece) {
  if (!fits(piece.size()))
    return false;
  bytes += piece;
  return true;
}

bool Builder::add(uint64_t count, char c) {
  if (!fits(count))
    return false;
  bytes.append(count, c);
  return true;
}

} // namespace llmrt::chat
