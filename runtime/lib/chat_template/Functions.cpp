//===- Functions.cpp - The global functions of chat templates -------------===//

#include "runtime/lib/chat_template/Calls.h"

#include "runtime/lib/chat_template/Operators.h"

namespace llmrt::chat {
namespace {

/// dict(...)'s arguments: a mapping or pairs, then keywords.
Value makeDict(Heap &heap, Kind kind, const char *name, Arguments &arguments) {
  if (arguments.positional.size() > 1)
    return heap.fail(std::string(name) + " expected at most 1 argument, got " +
                     std::to_string(arguments.positional.size()));
  Value made = heap.dict(kind);
  if (heap.failed())
    return Value();
  if (!arguments.positional.empty()) {
    const Value &source = arguments.positional[0];
    if (source.is(Kind::Dict)) {
      for (const auto &[key, value] : source.dict->entries)
        if (!heap.insert(*made.dict, key, value))
          return Value();
    } else {
      const std::vector<Value> *pairs = itemsOf(heap, source);
      if (!pairs)
        return Value();
      for (const Value &pair : *pairs) {
        const std::vector<Value> *parts = itemsOf(heap, pair);
        if (!parts)
          return Value();
        if (parts->size() != 2)
          return heap.fail(std::string(name) +
                           ": each item must have two parts, not " +
                           std::to_string(parts->size()));
        if (!heap.insert(*made.dict, (*parts)[0], (*parts)[1]))
          return Value();
      }
    }
  }
  for (const auto &[key, value] : arguments.keywords)
    if (!heap.insert(*made.dict, key, value))
      return Value();
  if (kind == Kind::Namespace)
    for (const auto &entry : made.dict->entries)
      if (entry.first.is(Kind::String) &&
          entry.first.bytes().substr(0, 1) == "_")
        return heap.fail("a namespace holds no name that starts with an "
                         "underscore, but got '" +
                         std::string(entry.first.bytes()) + "'");
  return made;
}

Value makeRange(Heap &heap, Arguments &arguments) {
  const std::vector<Value> &given = arguments.positional;
  if (given.empty() || given.size() > 3 || !arguments.keywords.empty())
    return heap.fail("range expected 1 to 3 arguments, got " +
                     std::to_string(given.size()));
  int64_t values[3] = {0, 0, 1};
  for (size_t i = 0; i < given.size(); ++i)
    if (!integerArgument(heap, "range", given[i], 0, values[i]))
      return Value();
  if (given.size() == 1)
    return heap.range(0, values[0], 1);
  if (values[2] == 0)
    return heap.fail("range() arg 3 must not be zero");
  return heap.range(values[0], values[1], values[2]);
}

std::string padded(int64_t number, int width, char fill = '0') {
  std::string digits = std::to_string(number < 0 ? -number : number);
  while (static_cast<int>(digits.size()) < width)
    digits.insert(digits.begin(), fill);
  return number < 0 ? '-' + digits : digits;
}

/// One directive of strftime in the C locale, without the C library's, which
/// would follow the host's.
bool directive(std::string &out, char letter, const std::tm &now,
               int microsecond) {
  static const char *const days[] = {"Sunday",    "Monday",   "Tuesday",
                                     "Wednesday", "Thursday", "Friday",
                                     "Saturday"};
  static const char *const months[] = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  std::string day = days[unsigned(now.tm_wday) % 7];
  std::string month = months[unsigned(now.tm_mon) % 12];
  int64_t year = int64_t(1900) + now.tm_year;
  int hour12 = now.tm_hour % 12 == 0 ? 12 : now.tm_hour % 12;
  auto several = [&](std::string_view letters) {
    for (char c : letters)
      if (c == ' ' || c == ':' || c == '/' || c == '-')
        out += c;
      else
        directive(out, c, now, microsecond);
    return true;
  };
  switch (letter) {
  case 'a':
    out += day.substr(0, 3);
    return true;
  case 'A':
    out += day;
    return true;
  case 'b':
  case 'h':
    out += month.substr(0, 3);
    return true;
  case 'B':
    out += month;
    return true;
  case 'c':
    return several("a b e H:M:S Y");
  case 'd':
    out += padded(now.tm_mday, 2);
    return true;
  case 'D':
  case 'x':
    return several("m/d/y");
  case 'e':
    out += padded(now.tm_mday, 2, ' ');
    return true;
  case 'f':
    out += padded(microsecond, 6);
    return true;
  case 'F':
    return several("Y-m-d");
  case 'H':
    out += padded(now.tm_hour, 2);
    return true;
  case 'I':
    out += padded(hour12, 2);
    return true;
  case 'j':
    out += padded(now.tm_yday + 1, 3);
    return true;
  case 'm':
    out += padded(now.tm_mon + 1, 2);
    return true;
  case 'M':
    out += padded(now.tm_min, 2);
    return true;
  case 'n':
    out += '\n';
    return true;
  case 'p':
    out += now.tm_hour < 12 ? "AM" : "PM";
    return true;
  case 'r':
    return several("I:M:S p");
  case 'R':
    return several("H:M");
  case 'S':
    out += padded(now.tm_sec, 2);
    return true;
  case 't':
    out += '\t';
    return true;
  case 'T':
  case 'X':
    return several("H:M:S");
  case 'u':
    out += padded(now.tm_wday == 0 ? 7 : now.tm_wday, 1);
    return true;
  case 'U':
    out += padded((now.tm_yday + 7 - now.tm_wday) / 7, 2);
    return true;
  case 'w':
    out += padded(now.tm_wday, 1);
    return true;
  case 'W':
    out += padded((now.tm_yday + 7 - (now.tm_wday + 6) % 7) / 7, 2);
    return true;
  case 'y':
    out += padded(year % 100, 2);
    return true;
  case 'Y':
    out += padded(year, 1);
    return true;
  case 'z':
  case 'Z':
    return true; // a time without a zone
  case '%':
    out += '%';
    return true;
  default:
    return false;
  }
}

Value timeText(Heap &heap, Arguments &arguments, const std::tm &now,
               int microsecond) {
  Value given[1];
  if (!bind(heap, "strftime_now", arguments, {"*format"}, given))
    return Value();
  if (!given[0].is(Kind::String))
    return heap.fail(std::string("strftime() argument 1 must be str, not ") +
                     typeName(given[0]));
  std::string_view format = given[0].bytes();
  Builder out(heap);
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      if (!out.add(format.substr(i, 1)))
        return Value();
      continue;
    }
    bool plain = i + 1 < format.size() && format[i + 1] == '-';
    size_t at = i + 1 + plain;
    std::string piece;
    if (at >= format.size() || !directive(piece, format[at], now, microsecond))
      return heap.unsupported("strftime directive '" +
                              std::string(format.substr(i, 2 + plain)) + "'");
    // %-d: without what pads it.
    if (plain)
      while (piece.size() > 1 && (piece[0] == '0' || piece[0] == ' '))
        piece.erase(piece.begin());
    if (!out.add(piece))
      return Value();
    i = at;
  }
  return heap.text(out.take());
}

} // namespace

Value callFunction(Heap &heap, FunctionId id, Arguments &arguments,
                   const std::tm &now, int microsecond) {
  switch (id) {
  case FunctionId::Dict:
    return makeDict(heap, Kind::Dict, "dict", arguments);
  case FunctionId::Namespace:
    return makeDict(heap, Kind::Namespace, "namespace", arguments);
  case FunctionId::Range:
    return makeRange(heap, arguments);
  case FunctionId::RaiseException: {
    Value given[1];
    if (!bind(heap, "raise_exception", arguments, {"*message"}, given))
      return Value();
    return heap.fail(textOf(heap, given[0]));
  }
  case FunctionId::StrftimeNow:
    return timeText(heap, arguments, now, microsecond);
  case FunctionId::Count_:
    break;
  }
  return heap.fail("an unknown function");
}

} // namespace llmrt::chat
