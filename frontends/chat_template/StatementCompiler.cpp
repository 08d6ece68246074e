//===- StatementCompiler.cpp - Statements to instructions -----------------===//
//
// The order in which variables are set up, copied and cleared is that of the
// Python code which jinja2 generates (jinja2/compiler.py).
//
//===----------------------------------------------------------------------===//

#include "frontends/chat_template/Compiler.h"

#include <algorithm>

namespace llm::chat_template {

using llmrt::chat::kMaxSlots;

bool Compiler::fail(const Position &at, const std::string &what) {
  if (error.empty())
    error =
        std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what;
  return false;
}

bool Compiler::run(const Body &statements) {
  visitNames(statements, [&](const std::string &name, bool isLoad) {
    if (!isLoad)
      assigned.insert(name);
  });
  functions.push_back({writer.function(), 0, {}, {}});
  Scope scope(functions.front(), nullptr);
  scope.readBody(statements);
  enter(scope);
  body(statements, scope);
  writer.emit(Opcode::Return);
  if (functions.front().names.size() > kMaxSlots)
    fail({}, "the template has more than " + std::to_string(kMaxSlots) +
                 " variables");
  writer.functionAt(0).slotNames = writer.list(functions.front().names);
  return error.empty();
}

void Compiler::enter(const Scope &scope) {
  inBranch = false;
  for (const auto &[slot, load] : scope.loads)
    switch (load.kind) {
    case Load::Parameter:
      break;
    case Load::Resolve:
      writer.emit(Opcode::Resolve, slot, writer.string(load.name));
      break;
    case Load::Alias:
      writer.emit(Opcode::Alias, slot, load.source.slot,
                  scope.function.level - load.source.function->level);
      break;
    case Load::Undefined:
      writer.emit(Opcode::Clear, slot);
      break;
    }
}

void Compiler::leave(const Scope &scope) {
  for (const auto &entry : scope.loads)
    writer.emit(Opcode::Clear, entry.first);
}

void Compiler::body(const Body &statements, Scope &scope) {
  for (const StatementPtr &made : statements) {
    if (!error.empty())
      return;
    writer.setLine(made->at.line);
    bool outerBranch = inBranch;
    statement(*made, scope);
    inBranch = outerBranch;
  }
}

void Compiler::statement(const Statement &made, Scope &scope) {
  switch (made.kind) {
  case StatementKind::Text:
    writer.emit(Opcode::Emit, writer.string(made.text));
    return;
  case StatementKind::Print:
    if (made.value->kind == ExpressionKind::String) {
      writer.emit(Opcode::Emit, writer.string(made.value->text));
      return;
    }
    expression(*made.value, scope);
    writer.emit(Opcode::Print);
    return;
  case StatementKind::For:
    return forLoop(made, scope);
  case StatementKind::If:
    return conditional(made, scope);
  case StatementKind::Set:
    return assignment(made, scope);
  case StatementKind::SetBlock:
    return setBlock(made, scope);
  case StatementKind::Macro:
    return macro(made, scope);
  case StatementKind::CallBlock:
    return callBlock(made, scope);
  case StatementKind::FilterBlock:
    return filterBlock(made, scope);
  case StatementKind::With:
    return with(made, scope);
  case StatementKind::Generation: {
    Scope inner(scope.function, &scope);
    inner.readBody(made.body);
    enter(inner);
    body(made.body, inner);
    leave(inner);
    return;
  }
  case StatementKind::Break:
    return leaveLoop(false);
  case StatementKind::Continue:
    return leaveLoop(true);
  }
}

void Compiler::leaveLoop(bool toNextTurn) {
  OpenLoop &loop = loops.back();
  for (uint32_t open = texts; open > loop.texts; --open)
    writer.emit(Opcode::DropText);
  if (toNextTurn)
    writer.emit(Opcode::Jump, loop.start);
  else
    loop.breaks.push_back(writer.emit(Opcode::Jump));
}

void Compiler::forLoop(const Statement &loop, Scope &scope) {
  Scope inner(scope.function, &scope), testing(scope.function, &scope, true);
  bool usesLoop = !undeclared(loop.body, {"loop"}).empty();
  if (usesLoop)
    inner.declareParameter("loop");
  inner.readTarget(*loop.target, true);
  inner.readBody(loop.body);

  bool assignsLoop = false;
  auto look = [&](const std::string &name, bool isLoad) {
    assignsLoop |= !isLoad && name == "loop";
  };
  visitNames(loop.body, look);
  visitNames(loop.otherwise, look);
  std::vector<const Expression *> targets = {loop.target.get()};
  for (size_t i = 0; i < targets.size(); ++i) {
    assignsLoop |=
        targets[i]->kind == ExpressionKind::Name && targets[i]->text == "loop";
    for (const ExpressionPtr &part : targets[i]->operands)
      targets.push_back(part.get());
  }
  if (assignsLoop) {
    fail(loop.at, "a for loop cannot assign to its special variable 'loop'");
    return;
  }

  expression(*loop.value, scope);
  writer.emit(Opcode::LoopBegin);
  bool lookAhead = usesLoop && looksAhead(loop.body);
  if (loop.test) {
    testing.readTarget(*loop.target, true);
    testing.readExpression(loop.test.get());
    enter(testing);
    if (lookAhead) {
      // What comes next has to pass the test as well: test all items first.
      uint32_t top = writer.here();
      uint32_t end = writer.emit(Opcode::LoopNext, 0, 0, 1);
      store(*loop.target, testing);
      expression(*loop.test, testing);
      writer.emit(Opcode::JumpIfFalse, top);
      writer.emit(Opcode::LoopCollect);
      writer.emit(Opcode::Jump, top);
      writer.land(end);
      writer.emit(Opcode::LoopRestart);
    }
  }
  if (usesLoop) {
    writer.emit(Opcode::LoopVariable);
    writer.emit(Opcode::Store, inner.find("loop")->slot);
  }

  loops.push_back({writer.here(), {}, texts});
  bool testsNow = loop.test && !lookAhead;
  uint32_t end = writer.emit(Opcode::LoopNext, 0, 0, testsNow);
  if (testsNow) {
    store(*loop.target, testing);
    expression(*loop.test, testing);
    writer.emit(Opcode::JumpIfFalse, loops.back().start);
  }
  writer.emit(Opcode::LoopAccept);
  store(*loop.target, inner);
  enter(inner);
  body(loop.body, inner);
  if (!loop.otherwise.empty())
    writer.emit(Opcode::LoopMark);
  writer.emit(Opcode::Jump, loops.back().start);
  writer.land(end);
  for (uint32_t jump : loops.back().breaks)
    writer.land(jump);
  loops.pop_back();
  leave(inner);
  if (loop.otherwise.empty()) {
    writer.emit(Opcode::Pop);
    return;
  }
  uint32_t after = writer.emit(Opcode::LoopEnd);
  Scope otherwise(scope.function, &scope);
  otherwise.readBody(loop.otherwise);
  enter(otherwise);
  body(loop.otherwise, otherwise);
  leave(otherwise);
  writer.land(after);
}

void Compiler::conditional(const Statement &choice, Scope &scope) {
  inBranch = true;
  std::vector<uint32_t> ends;
  for (const Branch &branch : choice.branches) {
    expression(*branch.test, scope);
    uint32_t skip = writer.emit(Opcode::JumpIfFalse);
    body(branch.body, scope);
    ends.push_back(writer.emit(Opcode::Jump));
    writer.land(skip);
  }
  body(choice.otherwise, scope);
  for (uint32_t end : ends)
    writer.land(end);
}

void Compiler::checkNamespaces(const Expression &target, Scope &scope) {
  if (target.kind == ExpressionKind::Member) {
    name(target.at, target.text, scope);
    writer.emit(Opcode::CheckNamespace);
  } else if (target.kind == ExpressionKind::Tuple) {
    for (const ExpressionPtr &part : target.operands)
      checkNamespaces(*part, scope);
  }
}

/// Pops a value into a target.
void Compiler::store(const Expression &target, Scope &scope) {
  switch (target.kind) {
  case ExpressionKind::Name: {
    const Variable *variable = scope.find(target.text);
    if (!variable || variable->function != &scope.function)
      fail(target.at, "'" + target.text + "' cannot be assigned here");
    else
      writer.emit(Opcode::Store, variable->slot);
    return;
  }
  case ExpressionKind::Member:
    name(target.at, target.text, scope);
    writer.emit(Opcode::SetMember, writer.string(target.member));
    return;
  default:
    countOf(target.at, target.operands.size(), "targets");
    writer.emit(Opcode::Unpack, static_cast<uint32_t>(target.operands.size()));
    for (const ExpressionPtr &part : target.operands)
      store(*part, scope);
  }
}

void Compiler::assignment(const Statement &set, Scope &scope) {
  checkNamespaces(*set.target, scope);
  expression(*set.value, scope);
  store(*set.target, scope);
}

void Compiler::setBlock(const Statement &set, Scope &scope) {
  Scope inner(scope.function, &scope);
  inner.readBody(set.body);
  inner.readExpression(set.value.get());
  enter(inner);
  writer.emit(Opcode::BeginText);
  ++texts;
  body(set.body, inner);
  --texts;
  writer.emit(Opcode::EndText);
  if (set.value)
    expression(*set.value, inner);
  store(*set.target, scope);
  leave(inner);
}

void Compiler::filterBlock(const Statement &made, Scope &scope) {
  Scope inner(scope.function, &scope);
  inner.readBody(made.body);
  inner.readExpression(made.value.get());
  enter(inner);
  writer.emit(Opcode::BeginText);
  ++texts;
  body(made.body, inner);
  --texts;
  writer.emit(Opcode::EndText);
  expression(*made.value, inner);
  writer.emit(Opcode::Print);
  leave(inner);
}

void Compiler::with(const Statement &made, Scope &scope) {
  Scope inner(scope.function, &scope);
  for (const Assignment &assignment : made.assignments)
    inner.readTarget(*assignment.target, true);
  inner.readBody(made.body);
  enter(inner);
  for (const Assignment &assignment : made.assignments) {
    expression(*assignment.value, scope);
    store(*assignment.target, inner);
  }
  body(made.body, inner);
  leave(inner);
}

uint32_t Compiler::function(const std::string *name,
                            const std::vector<Parameter> &parameters,
                            const Body &statements, const Position &at,
                            Scope &scope) {
  uint32_t number = writer.function();
  functions.push_back({number, scope.function.level + 1, {}, {}});
  FunctionSlots &slots = functions.back();
  Scope inner(slots, &scope);
  std::set<std::string> special =
      undeclared(statements, {"caller", "kwargs", "varargs"});
  for (const Parameter &parameter : parameters) {
    inner.declareParameter(parameter.name);
    if (parameter.name == "caller" && special.count("caller") &&
        !parameter.standard)
      fail(parameter.at, "the parameter 'caller' needs a default");
    special.erase(parameter.name);
  }
  for (const Parameter &parameter : parameters)
    inner.readExpression(parameter.standard.get());

  llmrt::chat::Function record{};
  record.name = name ? writer.string(*name) : kNone;
  record.parameterCount = static_cast<uint32_t>(parameters.size());
  record.level = slots.level;
  auto specialSlot = [&](const char *what) {
    if (!special.count(what))
      return kNone;
    inner.declareParameter(what);
    return inner.find(what)->slot;
  };
  record.callerSlot = specialSlot("caller");
  record.keywordsSlot = specialSlot("kwargs");
  record.positionalsSlot = specialSlot("varargs");
  inner.readBody(statements);

  // What surrounds the function goes on behind it.
  std::vector<OpenLoop> outerLoops;
  std::swap(loops, outerLoops);
  uint32_t outerTexts = 0;
  std::swap(texts, outerTexts);
  uint32_t over = writer.emit(Opcode::Jump);
  record.entry = writer.here();
  enter(inner);
  for (const Parameter &parameter : parameters) {
    uint32_t slot = inner.find(parameter.name)->slot;
    uint32_t given = writer.emit(Opcode::SkipIfGiven, slot);
    if (parameter.standard) {
      expression(*parameter.standard, inner);
      writer.emit(Opcode::Store, slot);
    } else {
      writer.emit(Opcode::NotGiven, slot, writer.string(parameter.name));
    }
    writer.landB(given);
  }
  body(statements, inner);
  writer.emit(Opcode::Return);
  writer.land(over);
  std::swap(loops, outerLoops);
  std::swap(texts, outerTexts);

  if (slots.names.size() > kMaxSlots)
    fail(at,
         "a macro of more than " + std::to_string(kMaxSlots) + " variables");
  record.slotNames = writer.list(slots.names);
  writer.functionAt(number) = record;
  return number;
}

void Compiler::macro(const Statement &made, Scope &scope) {
  uint32_t number =
      function(&made.text, made.parameters, made.body, made.at, scope);
  writer.emit(Opcode::MakeMacro, number);
  if (error.empty())
    writer.emit(Opcode::Store, scope.find(made.text)->slot);
}

void Compiler::callBlock(const Statement &made, Scope &scope) {
  uint32_t number =
      function(nullptr, made.parameters, made.body, made.at, scope);
  if (!error.empty())
    return;
  call(*made.value, scope, number);
  writer.emit(Opcode::Print);
}

} // namespace llm::chat_template
