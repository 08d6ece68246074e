//===- Arguments.cpp - Binding the arguments of a call --------------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"

namespace llmrt::chat {

Value Arguments::take(std::string_view name) {
  for (auto keyword = keywords.begin(); keyword != keywords.end(); ++keyword)
    if (keyword->first == name) {
      Value value = keyword->second;
      keywords.erase(keyword);
      return value;
    }
  return Value::missing();
}

bool bind(Heap &heap, const char *callee, Arguments &arguments,
          std::initializer_list<const char *> parameters, Value *values) {
  std::string function = callee;
  if (arguments.positional.size() > parameters.size()) {
    heap.fail(function + "() takes at most " +
              std::to_string(parameters.size()) + " arguments (" +
              std::to_string(arguments.positional.size()) + " given)");
    return false;
  }
  size_t i = 0;
  for (const char *parameter : parameters) {
    bool positionalOnly = *parameter == '/';
    parameter += positionalOnly;
    bool required = *parameter == '*';
    parameter += required;
    Value byName =
        positionalOnly ? Value::missing() : arguments.take(parameter);
    bool given = i < arguments.positional.size();
    if (given && !byName.is(Kind::Missing)) {
      heap.fail(function + "() got multiple values for argument '" + parameter +
                "'");
      return false;
    }
    values[i] = given ? arguments.positional[i] : byName;
    if (required && values[i].is(Kind::Missing)) {
      heap.fail(function + "() misses its argument '" + parameter + "'");
      return false;
    }
    ++i;
  }
  if (!arguments.keywords.empty()) {
    heap.fail(function + "() got an unexpected keyword argument '" +
              std::string(arguments.keywords.front().first) + "'");
    return false;
  }
  return !heap.failed();
}

bool integerArgument(Heap &heap, const char *callee, const Value &value,
                     int64_t fallback, int64_t &result) {
  if (value.is(Kind::Missing)) {
    result = fallback;
    return true;
  }
  if (!value.isIndex()) {
    heap.fail(std::string(callee) + "(): '" + typeName(value) +
              "' object cannot be interpreted as an integer");
    return false;
  }
  result = value.index();
  return true;
}

} // namespace llmrt::chat
