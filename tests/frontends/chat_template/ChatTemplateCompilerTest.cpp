//===- ChatTemplateCompilerTest.cpp - What is refused, where and why ------===//
//
// That accepted templates mean what jinja2 makes of them is tested with the
// runtime: tests/runtime/ChatTemplateTest.cpp.
//
//===----------------------------------------------------------------------===//

#include "frontends/chat_template/ChatTemplateCompiler.h"

#include "gtest/gtest.h"

using llm::compileChatTemplate;

namespace {

std::string errorOf(const std::string &source) {
  std::vector<uint8_t> blob;
  std::string error;
  if (compileChatTemplate(source, "", "", blob, error)) {
    EXPECT_FALSE(blob.empty());
    EXPECT_TRUE(error.empty()) << error;
    return "";
  }
  EXPECT_TRUE(blob.empty());
  return error;
}

/// The error starts with line:column and holds the words.
void expectError(const std::string &source, const std::string &position,
                 const std::vector<std::string> &words) {
  std::string error = errorOf(source);
  EXPECT_EQ(error.rfind(position + ": ", 0), 0u) << source << "\n" << error;
  for (const std::string &word : words)
    EXPECT_NE(error.find(word), std::string::npos) << source << "\n" << error;
}

} // namespace

TEST(ChatTemplateCompilerTest, the_same_source_gives_the_same_bytes) {
  std::string source = "{% macro m(a, b=1) %}{{ a ~ b }}{% endmacro %}"
                       "{% for x in messages if x.role %}{{ m(x.role) }}"
                       "{% set y = 1.5 %}{% endfor %}";
  std::vector<uint8_t> first, second;
  std::string error;
  ASSERT_TRUE(compileChatTemplate(source, "<s>", "</s>", first, error));
  ASSERT_TRUE(compileChatTemplate(source, "<s>", "</s>", second, error));
  EXPECT_EQ(first, second);
}

TEST(ChatTemplateCompilerTest, gaps_are_ours_and_say_what_is_accepted) {
  expectError("a\n  {% include 'x' %}", "2:6",
              {"not supported yet", "include", "accepted: for, if, set"});
  expectError("{% block b %}{% endblock %}", "1:4", {"not supported yet"});
  expectError("{{ x|groupby('a') }}", "1:6",
              {"not supported yet", "groupby", "accepted: abs, attr"});
  expectError("{{ 'x'.encode() }}", "1:7", {"not supported yet", "encode"});
  expectError("{{ cycler('a') }}", "1:4",
              {"not supported yet", "cycler", "accepted: dict, namespace"});
  expectError("{% for x in y recursive %}{% endfor %}", "1:15",
              {"not supported yet", "recursive", "macro"});
  expectError("{{ 99999999999999999999 }}", "1:4",
              {"not supported yet", "64 bits"});
  expectError("{{ '\\N{DASH}' }}", "1:5", {"not supported yet"});
  expectError("{{ n\xc3\xa4me }}", "1:5", {"not supported yet"});
}

TEST(ChatTemplateCompilerTest, syntax_errors_say_what_was_found) {
  expectError("{{ 1 2 }}", "1:6", {"expected '}}'", "found a number"});
  expectError("{{ }}", "1:4", {"expected an expression", "'}}'"});
  expectError("x\n{{ a", "2:1", {"'{{'", "'}}'"});
  expectError("{% if a %}\nx", "2:2", {"'{% if %}'", "not closed", "endif"});
  expectError("{% endfor %}", "1:4", {"closes nothing"});
  expectError("{% nosuch %}", "1:4", {"unknown tag", "accepted: for"});
  expectError("{{ x|nosuch }}", "1:6", {"no filter named", "accepted: abs"});
  expectError("{{ x is nosuch }}", "1:9", {"no test named", "accepted: "});
  expectError("{# x", "1:1", {"comment", "#}"});
  expectError("{{ 'x }}", "1:4", {"not closed"});
  expectError("{{ (1] }}", "1:6", {"expected ')'"});
  expectError("{{ a ! }}", "1:6", {"unexpected character '!'"});
  expectError("{% set 1 = 2 %}", "1:8", {"cannot assign"});
  expectError("{% for loop in x %}{% endfor %}", "1:4", {"loop"});
  expectError("{% break %}", "1:4", {"in no loop"});
  expectError("{% for x in y %}{% macro m() %}{% continue %}{% endmacro %}"
              "{% endfor %}",
              "1:35", {"in no loop"});
  expectError("{{ f(a=1, a=2) }}", "1:11", {"given twice"});
  expectError("a\xff", "1:2", {"UTF-8"});
}

TEST(ChatTemplateCompilerTest, names_of_the_source_cannot_flood_a_message) {
  std::string error = errorOf("{% " + std::string(100000, 'x') + " %}");
  EXPECT_LT(error.size(), 1000u);
  error = errorOf("{{ x|" + std::string(100000, 'x') + " }}");
  EXPECT_LT(error.size(), 1500u);
}

TEST(ChatTemplateCompilerTest, names_in_one_list_are_bounded) {
  // Each is compared with those before it.
  std::string parameters, keywords;
  for (int i = 0; i < 30000; ++i) {
    std::string separator = i ? "," : "";
    parameters += separator + "p" + std::to_string(i);
    keywords += separator + "k" + std::to_string(i) + "=1";
  }
  EXPECT_NE(errorOf("{% macro m(" + parameters + ") %}{% endmacro %}")
                .find("more than 4096 parameters"),
            std::string::npos);
  EXPECT_NE(
      errorOf("{{ m(" + keywords + ") }}").find("more than 4096 arguments"),
      std::string::npos);
}

TEST(ChatTemplateCompilerTest, depth_is_bounded) {
  auto repeat = [](const std::string &text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i)
      all += text;
    return all;
  };
  auto expectDepth = [](const std::string &source) {
    std::string error = errorOf(source);
    EXPECT_TRUE(error.find("nests deeper") != std::string::npos ||
                error.find("nested parts") != std::string::npos)
        << source.substr(0, 40) << ": " << error;
  };
  EXPECT_EQ(errorOf("{{ " + repeat("(", 20) + "1" + repeat(")", 20) + " }}"),
            "");
  expectDepth("{{ " + repeat("(", 50000) + repeat(")", 50000) + " }}");
  expectDepth("{{ " + repeat("[", 5000) + repeat("]", 5000) + " }}");
  expectDepth("{{ " + repeat("-", 100000) + "1 }}");
  expectDepth("{{ " + repeat("not ", 50000) + "1 }}");
  expectDepth("{{ 1" + repeat(" + 1", 50000) + " }}");
  expectDepth("{{ x" + repeat(".x", 100000) + " }}");
  expectDepth("{{ x" + repeat("|e", 100000) + " }}");
  expectDepth("{{ 1" + repeat(" if 1 else 1", 20000) + " }}");
  expectDepth(repeat("{% if x %}", 20000));
  // What is long but not deep is no trouble.
  EXPECT_EQ(errorOf("{{ 1" + repeat(" ~ 1", 4000) + " }}"), "");
  EXPECT_EQ(
      errorOf("{% if x %}" + repeat("{% elif x %}", 20000) + "{% endif %}"),
      "");
  EXPECT_EQ(errorOf(repeat("{{ x }}y", 20000)), "");
  expectError(std::string(300 << 10, 'x'), "1:1", {"307200", "262144"});
}
