//===- Machine.cpp - Runs a compiled chat template once -------------------===//

#include "runtime/lib/chat_template/Machine.h"

#include <algorithm>

namespace llmrt::chat {
namespace {

constexpr size_t kMaxStack = 1 << 16;
constexpr size_t kMaxTexts = 1 << 12;

} // namespace

bool Machine::damaged(const char *what) {
  heap.fail(std::string("damaged chat template: ") + what);
  return false;
}

Value Machine::pop() {
  size_t base = activations.empty() ? 0 : activations.back().stackBase;
  if (stack.size() <= base) {
    damaged("its stack runs empty");
    return Value();
  }
  Value value = stack.back();
  stack.pop_back();
  return value;
}

void Machine::push(const Value &value) {
  if (stack.size() >= kMaxStack)
    heap.fail("an expression of the template needs too many values at once");
  else
    stack.push_back(value);
}

bool Machine::takeMany(uint32_t count, std::vector<Value> &values) {
  if (stack.size() - activations.back().stackBase < count)
    return damaged("its stack runs empty");
  values.assign(stack.end() - count, stack.end());
  stack.resize(stack.size() - count);
  return true;
}

bool Machine::write(std::string_view bytes) {
  if (bytes.size() > limits.outputBytes - textBytes) {
    heap.fail("the template wrote more than " +
              std::to_string(limits.outputBytes) +
              " bytes; that is the limit for one rendering");
    return false;
  }
  textBytes += bytes.size();
  texts.back() += bytes;
  return heap.spendBytes(bytes.size());
}

Value *Machine::slot(uint32_t number, uint32_t levels) {
  Frame *frame = activations.back().frame;
  for (; levels > 0 && frame; --levels)
    frame = frame->outer;
  if (!frame || number >= frame->slots.size()) {
    damaged("a variable is out of range");
    return nullptr;
  }
  return &frame->slots[number];
}

Frame *Machine::newFrame(uint32_t function, Frame *outer) {
  size_t count = program.lists[program.functions[function].slotNames].size();
  if (!heap.reserve(count * sizeof(Value) + sizeof(Frame)) ||
      !heap.spend(1 + count / 8))
    return nullptr;
  frames.push_back(
      {function, outer, std::vector<Value>(count, Value::missing())});
  return &frames.back();
}

Value Machine::resolve(std::string_view name) {
  if (const Value *held = inputs.dict->find(name))
    return *held;
  if (const Named<FunctionId> *found = findNamed(kFunctions, name)) {
    Value value = Value::of(Kind::Function);
    value.function = found->id;
    return value;
  }
  return Value::missing();
}

Arguments Machine::takeArguments(const Instruction &instruction) {
  Arguments arguments;
  std::vector<Value> values;
  if (!takeMany(instruction.c & kCountMask, values))
    return arguments;
  Value moreKeywords = Value::missing(), morePositional = Value::missing();
  for (auto [flag, more] : {std::pair(kSpreadKeywords, &moreKeywords),
                            std::pair(kSpreadPositional, &morePositional)})
    if ((instruction.c & flag) && !values.empty()) {
      *more = values.back();
      values.pop_back();
    }
  size_t named =
      instruction.b == kNone ? 0 : program.lists[instruction.b].size();
  size_t positional = values.size() - std::min(named, values.size());
  for (size_t i = positional; i < values.size(); ++i)
    arguments.keywords.emplace_back(
        program.string(program.lists[instruction.b][i - positional]),
        values[i]);
  values.resize(positional);
  arguments.positional = std::move(values);
  if (!morePositional.is(Kind::Missing))
    if (const std::vector<Value> *items = itemsOf(heap, morePositional))
      arguments.positional.insert(arguments.positional.end(), items->begin(),
                                  items->end());
  if (!moreKeywords.is(Kind::Missing) && !heap.failed())
    addKeywords(arguments, moreKeywords);
  return arguments;
}

void Machine::addKeywords(Arguments &arguments, const Value &mapping) {
  if (!mapping.is(Kind::Dict)) {
    heap.fail(std::string("argument after ** must be a mapping, not ") +
              typeName(mapping));
    return;
  }
  for (const auto &[name, value] : mapping.dict->entries) {
    if (!name.is(Kind::String)) {
      heap.fail("keywords must be strings");
      return;
    }
    for (const auto &held : arguments.keywords)
      if (!heap.spend(1) || held.first == name.bytes()) {
        heap.fail("got multiple values for keyword argument '" +
                  std::string(name.bytes()) + "'");
        return;
      }
    arguments.keywords.emplace_back(name.bytes(), value);
  }
}

bool Machine::run(std::string &out, uint32_t &line) {
  texts.emplace_back();
  Frame *frame = newFrame(0, nullptr);
  if (frame)
    activations.push_back({frame, program.code.size(), 0, 0});
  next = program.functions[0].entry;
  line = 0;
  while (!heap.failed() && !activations.empty()) {
    if (next >= program.code.size()) {
      damaged("it runs past its end");
      break;
    }
    const Instruction &instruction = program.code[next++];
    line = instruction.line;
    if (heap.spend(1))
      step(instruction);
  }
  if (heap.failed())
    return false;
  out = std::move(texts.front());
  return true;
}

void Machine::step(const Instruction &instruction) {
  Opcode opcode = static_cast<Opcode>(instruction.opcode);
  uint32_t a = instruction.a, b = instruction.b;
  switch (opcode) {
  case Opcode::Emit:
    write(program.string(a));
    return;
  case Opcode::Print: {
    Value value = pop();
    write(value.is(Kind::String) ? value.bytes()
                                 : std::string_view(textOf(heap, value)));
    return;
  }
  case Opcode::Constant:
    return push(program.constants[a]);
  case Opcode::Load: {
    Value *variable = slot(a, b);
    if (!variable)
      return;
    if (!variable->is(Kind::Missing))
      return push(*variable);
    Frame *frame = activations.back().frame;
    for (; b > 0; --b)
      frame = frame->outer;
    uint32_t names = program.functions[frame->function].slotNames;
    return push(heap.undefined(
        "'" + std::string(program.string(program.lists[names][a])) +
        "' is undefined"));
  }
  case Opcode::Store:
    if (Value *variable = slot(a, 0))
      *variable = pop();
    return;
  case Opcode::Resolve:
    if (Value *variable = slot(a, 0))
      *variable = resolve(program.string(b));
    return;
  case Opcode::Alias:
    if (Value *source = slot(b, instruction.c))
      if (Value *variable = slot(a, 0))
        *variable = *source;
    return;
  case Opcode::Clear:
    if (Value *variable = slot(a, 0))
      *variable = Value::missing();
    return;
  case Opcode::Pop:
    pop();
    return;
  case Opcode::Attribute:
    return push(getAttribute(heap, pop(), program.string(a)));
  case Opcode::Item: {
    Value key = pop(), object = pop();
    return push(getItem(heap, object, key));
  }
  case Opcode::Slice: {
    Value step = pop(), stop = pop(), start = pop(), object = pop();
    if (!heap.failed())
      push(getSlice(heap, object, start, stop, step));
    return;
  }
  case Opcode::Arithmetic: {
    Value right = pop(), left = pop();
    return push(arithmetic(heap, static_cast<Arithmetic>(a), left, right));
  }
  case Opcode::Negative:
    return push(negative(heap, pop()));
  case Opcode::Positive:
    return push(positive(heap, pop()));
  case Opcode::Not:
    return push(Value::of(!truth(pop())));
  case Opcode::Concatenate:
    return concatenate(a);
  case Opcode::Compare: {
    Value right = pop(), left = pop();
    return push(
        Value::of(compare(heap, static_cast<Comparison>(a), left, right)));
  }
  case Opcode::CompareChain: {
    Value right = pop(), left = pop();
    if (compare(heap, static_cast<Comparison>(a), left, right))
      return push(right);
    push(Value::of(false));
    next = b;
    return;
  }
  case Opcode::Jump:
    next = a;
    return;
  case Opcode::JumpIfFalse:
    if (!truth(pop()))
      next = a;
    return;
  case Opcode::JumpIfFalseElsePop:
  case Opcode::JumpIfTrueElsePop: {
    Value value = pop();
    if (truth(value) == (opcode == Opcode::JumpIfTrueElsePop)) {
      push(value);
      next = a;
    }
    return;
  }
  case Opcode::MakeList:
  case Opcode::MakeTuple: {
    std::vector<Value> items;
    if (takeMany(a, items))
      push(opcode == Opcode::MakeList ? heap.list(std::move(items))
                                      : heap.tuple(std::move(items)));
    return;
  }
  case Opcode::MakeDict:
    return makeDict(a);
  case Opcode::Filter: {
    Arguments arguments = takeArguments(instruction);
    Value value = pop();
    if (!heap.failed())
      push(applyFilter(heap, static_cast<FilterId>(a), value, arguments));
    return;
  }
  case Opcode::Test: {
    Arguments arguments = takeArguments(instruction);
    Value value = pop();
    if (!heap.failed())
      push(
          Value::of(applyTest(heap, static_cast<TestId>(a), value, arguments)));
    return;
  }
  case Opcode::Call:
    return call(instruction);
  case Opcode::Unpack:
    return unpack(a);
  case Opcode::CheckNamespace:
    if (!pop().is(Kind::Namespace))
      heap.fail("cannot assign attribute on non-namespace object");
    return;
  case Opcode::SetMember:
    return setMember(program.string(a));
  case Opcode::NoElse:
    return push(heap.undefined(
        "the inline if-expression on line " + std::to_string(instruction.line) +
        " evaluated to false and no else section was defined."));
  case Opcode::BeginText:
    if (texts.size() >= kMaxTexts)
      heap.fail("the template nests too many captured blocks");
    else
      texts.emplace_back();
    return;
  case Opcode::EndText:
  case Opcode::DropText: {
    if (texts.size() <= activations.back().textBase + 1) {
      damaged("it ends a text it did not begin");
      return;
    }
    std::string text = std::move(texts.back());
    texts.pop_back();
    textBytes -= text.size();
    if (opcode == Opcode::EndText)
      push(heap.text(std::move(text)));
    return;
  }
  case Opcode::MakeMacro: {
    // A macro sees the frames it is made in, one for each level below it.
    Frame *frame = activations.back().frame;
    if (program.functions[a].level !=
        program.functions[frame->function].level + 1) {
      damaged("a macro is made on the wrong level");
      return;
    }
    uint32_t name = program.functions[a].name;
    return push(
        heap.macro(a, frame, name == kNone ? nullptr : &program.texts[name]));
  }
  case Opcode::SkipIfGiven:
    if (Value *variable = slot(a, 0))
      if (!variable->is(Kind::Missing))
        next = b;
    return;
  case Opcode::NotGiven:
    if (Value *variable = slot(a, 0))
      *variable =
          heap.undefined("parameter '" + std::string(program.string(b)) +
                         "' was not provided");
    return;
  case Opcode::Fail:
    heap.fail(std::string(program.string(a)));
    return;
  case Opcode::Return:
    return finishCall();
  default:
    return loopStep(opcode, instruction);
  }
}

void Machine::concatenate(uint32_t count) {
  std::vector<Value> parts;
  if (!takeMany(count, parts))
    return;
  Builder out(heap);
  for (const Value &part : parts)
    if (!appendText(out, heap, part))
      return;
  push(heap.text(out.take()));
}

void Machine::unpack(uint32_t count) {
  Value value = pop();
  if (heap.failed())
    return;
  const std::vector<Value> *items = itemsOf(heap, value);
  if (!items)
    return;
  if (items->size() != count) {
    heap.fail(items->size() < count ? "not enough values to unpack (expected " +
                                          std::to_string(count) + ", got " +
                                          std::to_string(items->size()) + ")"
                                    : "too many values to unpack (expected " +
                                          std::to_string(count) + ")");
    return;
  }
  for (uint32_t i = count; i-- > 0;)
    push((*items)[i]);
}

void Machine::makeDict(uint32_t count) {
  std::vector<Value> parts;
  if (!takeMany(2 * count, parts))
    return;
  Value dict = heap.dict();
  if (heap.failed())
    return;
  for (uint32_t i = 0; i < count; ++i)
    if (!heap.insert(*dict.dict, parts[2 * i], parts[2 * i + 1]))
      return;
  push(dict);
}

void Machine::setMember(std::string_view name) {
  Value space = pop(), value = pop();
  if (heap.failed())
    return;
  if (!space.is(Kind::Namespace))
    heap.fail("cannot assign attribute on non-namespace object");
  else if (name.substr(0, 1) == "_")
    heap.fail("a namespace holds no name that starts with an underscore, but "
              "got '" +
              std::string(name) + "'");
  else
    heap.insert(*space.dict, name, value);
}

Loop *Machine::topLoop() {
  if (stack.size() <= activations.back().stackBase ||
      !stack.back().is(Kind::Loop)) {
    damaged("it is not in a loop");
    return nullptr;
  }
  return stack.back().loop;
}

void Machine::loopStep(Opcode opcode, const Instruction &instruction) {
  if (opcode == Opcode::LoopBegin) {
    Value iterable = pop();
    Loop *loop;
    Value value = heap.loop(loop);
    if (heap.failed())
      return;
    loop->items = itemsOf(heap, iterable, &loop->error);
    if (loop->items)
      push(value);
    return;
  }
  Loop *loop = topLoop();
  if (!loop)
    return;
  auto current = [&]() -> Value {
    if (loop->next == 0) {
      damaged("a loop has no item yet");
      return Value();
    }
    return (*loop->items)[loop->next - 1];
  };
  switch (opcode) {
  case Opcode::LoopNext:
    if (loop->next < loop->items->size()) {
      ++loop->next;
      if (instruction.c)
        push(current());
      return;
    }
    if (!loop->error.empty()) {
      heap.fail(loop->error);
      return;
    }
    next = instruction.a;
    return;
  case Opcode::LoopAccept: {
    Value item = current();
    ++loop->index0;
    loop->before = loop->current;
    loop->current = item;
    return push(item);
  }
  case Opcode::LoopCollect: {
    Value item = current();
    if (heap.reserve(sizeof(Value)))
      loop->collected.push_back(item);
    return;
  }
  case Opcode::LoopRestart:
    loop->storage = std::move(loop->collected);
    loop->collected.clear();
    loop->items = &loop->storage;
    loop->next = 0;
    return;
  case Opcode::LoopVariable:
    return push(stack.back());
  case Opcode::LoopMark:
    loop->completed = true;
    return;
  case Opcode::LoopEnd:
    pop();
    if (loop->completed)
      next = instruction.a;
    return;
  default:
    damaged("an unknown instruction");
  }
}

void Machine::call(const Instruction &instruction) {
  Arguments arguments = takeArguments(instruction);
  Value callee = pop();
  if (heap.failed())
    return;
  switch (callee.kind) {
  case Kind::Macro:
    return callMacro(*callee.macro, arguments);
  case Kind::Method:
    return push(callMethod(heap, *callee.method, arguments));
  case Kind::Function:
    return push(
        callFunction(heap, callee.function, arguments, now, microsecond));
  case Kind::Undefined:
    failUndefined(heap, callee);
    return;
  default:
    heap.fail(std::string("'") + typeName(callee) + "' object is not callable");
  }
}

void Machine::callMacro(const Macro &macro, Arguments &arguments) {
  if (activations.size() > limits.callDepth) {
    heap.fail("macros call each other deeper than " +
              std::to_string(limits.callDepth) + " levels");
    return;
  }
  const Function &function = program.functions[macro.function];
  const std::vector<uint32_t> &names = program.lists[function.slotNames];
  std::string called =
      "macro '" + (macro.name ? macro.name->bytes : "caller") + "'";
  Frame *frame = newFrame(macro.function, macro.outer);
  if (!frame)
    return;
  std::vector<Value> &given = arguments.positional;
  size_t count = function.parameterCount;
  bool callerGiven = false;
  for (size_t i = 0; i < count; ++i) {
    callerGiven |= program.string(names[i]) == "caller";
    frame->slots[i] =
        i < given.size() ? given[i] : arguments.take(program.string(names[i]));
  }
  if (function.callerSlot != kNone && !callerGiven) {
    Value caller = arguments.take("caller");
    frame->slots[function.callerSlot] =
        caller.is(Kind::Missing) || caller.is(Kind::None)
            ? heap.undefined("No caller defined")
            : caller;
  }
  if (function.keywordsSlot != kNone) {
    Value rest = heap.dict();
    for (const auto &[name, value] : arguments.keywords)
      if (heap.failed() || !heap.insert(*rest.dict, name, value))
        return;
    frame->slots[function.keywordsSlot] = rest;
  } else if (!arguments.keywords.empty()) {
    heap.fail(called + " takes no keyword argument '" +
              std::string(arguments.keywords.front().first) + "'");
    return;
  }
  if (function.positionalsSlot != kNone) {
    std::vector<Value> rest;
    if (given.size() > count)
      rest.assign(given.begin() + count, given.end());
    frame->slots[function.positionalsSlot] = heap.tuple(std::move(rest));
  } else if (given.size() > count) {
    heap.fail(called + " takes not more than " + std::to_string(count) +
              " argument(s)");
    return;
  }
  activations.push_back({frame, next, stack.size(), texts.size()});
  texts.emplace_back();
  next = function.entry;
}

void Machine::finishCall() {
  Activation done = activations.back();
  activations.pop_back();
  if (activations.empty())
    return;
  // The text of the call is the one collected since it began.
  if (texts.size() != done.textBase + 1) {
    damaged("a macro leaves texts open");
    return;
  }
  std::string text = std::move(texts.back());
  texts.pop_back();
  textBytes -= text.size();
  stack.resize(done.stackBase);
  next = done.returnTo;
  push(heap.text(std::move(text)));
}

} // namespace llmrt::chat
