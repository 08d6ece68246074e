//===- ChatTemplateTest.cpp - Prompts equal jinja2's, within bounds -------===//
//
// The goldens come from jinja2 (scripts/make-chat-template-goldens).
//
//===----------------------------------------------------------------------===//

#include "runtime/lib/ChatTemplate.h"

#include "frontends/chat_template/ChatTemplateCompiler.h"

#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

using llmrt::ChatTemplate;
using llmrt::TemplateClock;
using llmrt::TemplateLimits;
using llmrt::TemplateValue;
using Json = nlohmann::ordered_json;

namespace {

const std::string kFolder = "tests/goldens/chat-templates/";

std::string fileText(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TemplateValue fromJson(const Json &json) {
  switch (json.type()) {
  case Json::value_t::boolean:
    return json.get<bool>();
  case Json::value_t::number_integer:
  case Json::value_t::number_unsigned:
    return json.get<int64_t>();
  case Json::value_t::number_float:
    return json.get<double>();
  case Json::value_t::string:
    return json.get<std::string>();
  case Json::value_t::array: {
    TemplateValue::List items;
    for (const Json &item : json)
      items.push_back(fromJson(item));
    return items;
  }
  case Json::value_t::object: {
    TemplateValue::Dict entries;
    for (const auto &[key, value] : json.items())
      entries.emplace_back(key, fromJson(value));
    return entries;
  }
  default:
    return {};
  }
}

class Goldens {
public:
  Goldens() : json(Json::parse(fileText(kFolder + "goldens.json"))) {
    const Json &now = json["now"];
    clock.local.tm_year = now[0].get<int>() - 1900;
    clock.local.tm_mon = now[1].get<int>() - 1;
    clock.local.tm_mday = now[2];
    clock.local.tm_hour = now[3];
    clock.local.tm_min = now[4];
    clock.local.tm_sec = now[5];
    clock.local.tm_wday = (now[6].get<int>() + 1) % 7;
    clock.local.tm_yday = now[7].get<int>() - 1;
    clock.microsecond = now[9];
  }
  Json json;
  TemplateClock clock{};
};

bool compile(const std::string &source, ChatTemplate &made,
             std::string &error) {
  std::vector<uint8_t> blob;
  return llm::compileChatTemplate(source, "<s>", "</s>", blob, error) &&
         made.open(blob.data(), blob.size(), error);
}

/// The text, or null: what the goldens hold.
Json rendered(const std::string &source, const TemplateValue &variables,
              const TemplateClock &clock, std::string &error) {
  ChatTemplate made;
  std::string text;
  if (!compile(source, made, error) ||
      !made.render(variables, text, error, {}, clock)) {
    EXPECT_FALSE(error.empty()) << source;
    return nullptr;
  }
  return text;
}

std::string render(const std::string &source,
                   const TemplateValue &variables = TemplateValue::Dict{},
                   const TemplateLimits &limits = {}) {
  ChatTemplate made;
  std::string text, error;
  if (!compile(source, made, error) ||
      !made.render(variables, text, error, limits))
    return "error: " + error;
  return text;
}

} // namespace

TEST(ChatTemplateTest, equals_jinja2_on_every_construct) {
  Goldens goldens;
  TemplateValue variables = fromJson(goldens.json["variables"]);
  ASSERT_GT(goldens.json["snippets"].size(), 300u);
  for (const Json &snippet : goldens.json["snippets"]) {
    std::string source = snippet[0], error;
    Json text = rendered(source, variables, goldens.clock, error);
    EXPECT_EQ(text, snippet[1]) << source << "\n" << error;
  }
}

TEST(ChatTemplateTest, equals_jinja2_on_templates_of_models) {
  Goldens goldens;
  ASSERT_GT(goldens.json["templates"].size(), 20u);
  for (const auto &[name, runs] : goldens.json["templates"].items()) {
    std::string source = fileText(kFolder + name + ".jinja");
    ASSERT_FALSE(source.empty()) << name;
    for (const Json &run : runs) {
      TemplateValue variables =
          fromJson(goldens.json["settings"][run[1].get<size_t>()]);
      variables.set(
          "messages",
          fromJson(goldens.json["conversations"][run[0].get<size_t>()]));
      std::string error;
      Json text = rendered(source, variables, goldens.clock, error);
      EXPECT_EQ(text, run[2]) << name << " " << run[0] << "\n" << error;
    }
  }
}

TEST(ChatTemplateTest, renders_plain_messages) {
  ChatTemplate made;
  std::string text, error;
  ASSERT_TRUE(compile("{{ bos_token }}{% for m in messages %}<{{ m.role }}>"
                      "{{ m.content }}{{ eos_token }}{% endfor %}"
                      "{% if add_generation_prompt %}<assistant>{% endif %}"
                      "{{ tools is none and documents is none }}",
                      made, error))
      << error;
  ASSERT_TRUE(
      made.render({{"user", "hi"}, {"assistant", "ho"}}, true, text, error));
  EXPECT_EQ(text, "<s><user>hi</s><assistant>ho</s><assistant>True");
  ASSERT_TRUE(made.render({{"user", "hi"}}, false, text, error));
  EXPECT_EQ(text, "<s><user>hi</s>True");
}

TEST(ChatTemplateTest, a_missing_token_is_undefined) {
  std::vector<uint8_t> blob;
  std::string text, error;
  ChatTemplate made;
  ASSERT_TRUE(llm::compileChatTemplate("{{ bos_token is defined }}", "", "",
                                       blob, error));
  ASSERT_TRUE(made.open(blob.data(), blob.size(), error));
  ASSERT_TRUE(
      made.render(std::vector<llmrt::ChatMessage>(), false, text, error));
  EXPECT_EQ(text, "False");
}

TEST(ChatTemplateTest, errors_name_the_line_and_the_cause) {
  EXPECT_EQ(render("a\n{{ name.x }}"),
            "error: chat template, line 2: 'name' is undefined");
  EXPECT_EQ(render("\n\n{{ raise_exception('roles must alternate') }}"),
            "error: chat template, line 3: roles must alternate");
  EXPECT_EQ(render("{{ {}.x.y }}"), "error: chat template, line 1: 'dict "
                                    "object' has no attribute 'x'");
  EXPECT_EQ(render("{% macro m(a) %}{{ a + 1 }}{% endmacro %}{{ m() }}"),
            "error: chat template, line 1: parameter 'a' was not provided");
  EXPECT_EQ(render("{{ 9223372036854775807 + 1 }}"),
            "error: chat template, line 1: not supported yet: integers beyond "
            "64 bits");
}

TEST(ChatTemplateTest, bytes_that_are_no_utf8_come_out_unchanged) {
  TemplateValue variables;
  variables.set("x", "a\xff\xc3z");
  EXPECT_EQ(
      render("{{ x }}|{{ x|length }}|{{ x[::-1] }}|{{ x|upper }}", variables),
      "a\xff\xc3z|4|z\xc3\xff"
      "a|A\xff\xc3Z");
}

TEST(ChatTemplateTest, steps_are_bounded) {
  TemplateLimits limits;
  limits.steps = 10000;
  std::string loops = "{% for i in range(1000) %}{% for j in range(1000) %}"
                      "{% endfor %}{% endfor %}";
  EXPECT_NE(render(loops, {}, limits).find("10000 steps"), std::string::npos);
  limits.steps = 100'000'000;
  EXPECT_EQ(render(loops, {}, limits), "");
  // One instruction that is a lot of work is charged as such.
  limits.steps = 100000;
  std::string work = "{% set x = 'a' * 1000000 %}{% for i in range(100) %}"
                     "{% if 'b' in x %}{% endif %}{% endfor %}";
  EXPECT_NE(render(work, {}, limits).find("steps"), std::string::npos);
}

TEST(ChatTemplateTest, searches_take_linear_time) {
  // At every place all but the last character fits: a search that compares
  // from the front takes 10^12 steps each time.
  EXPECT_EQ(
      render("{% set a = 'a' * 2000000 %}{% set b = 'a' * 1000000 + 'b' %}"
             "{{ b in a }} {{ a.find(b) }} {{ a.rfind(b) }} "
             "{{ a.count(b) }} {{ a.replace(b, '') == a }} "
             "{{ a.split(b)|length }} {{ a.rsplit(b)|length }} "
             "{{ a.partition(b)[0] == a }} {{ a.rpartition(b)[2] == a }}"),
      "False -1 -1 0 True 1 1 True True");
  EXPECT_EQ(
      render("{{ 'abcabcab'.rfind('abc') }} {{ 'aaaa'.rfind('aa') }} "
             "{{ ''.rfind('') }} {{ 'ab'.rfind('') }} {{ 'ab'.find('') }} "
             "{{ 'a--b---c'.rsplit('--') }} {{ '---'.rsplit('--', 1) }} "
             "{{ 'x-y-z'.rpartition('-') }} {{ 'a'.rsplit('b') }}"),
      "3 2 0 2 0 ['a', 'b-', 'c'] ['-', ''] ('x-y', '-', 'z') ['a']");
}

TEST(ChatTemplateTest, memory_is_bounded) {
  TemplateLimits limits;
  limits.memoryBytes = 1 << 20;
  for (const char *source :
       {"{{ 'x' * 1000000000000 }}", "{{ [1] * 1000000000000 }}",
        "{{ 'x'|center(1000000000000) }}",
        "{{ 'x'.ljust(4611686018427387904) }}", "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ [[1]]|tojson(indent=1000000000) }}",
        "{{ 'a\nb'|indent(1000000000) }}", "{{ 'x'.zfill(1000000000000) }}",
        "{{ ('a' * 1000).replace('a', 'b' * 1000) }}",
        "{{ [1]|batch(1000000000000, 'x')|list }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(60) %}"
        "{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = ns.x + ns.x %}{% endfor %}"})
    EXPECT_NE(render(source, {}, limits).find("bytes; that is the limit"),
              std::string::npos)
        << source << ": " << render(source, {}, limits).substr(0, 200);
}

TEST(ChatTemplateTest, output_is_bounded) {
  TemplateLimits limits;
  limits.outputBytes = 1000;
  EXPECT_NE(render("{% for i in range(1000) %}xx{% endfor %}", {}, limits)
                .find("wrote more than 1000 bytes"),
            std::string::npos);
  EXPECT_EQ(
      render("{% for i in range(500) %}xx{% endfor %}", {}, limits).size(),
      1000u);
}

TEST(ChatTemplateTest, depth_is_bounded) {
  EXPECT_NE(render("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
                .find("macros call each other deeper than 200 levels"),
            std::string::npos);
  EXPECT_NE(render("{% set ns = namespace(x=1) %}{% for i in range(1000) %}"
                   "{% set ns.x = [ns.x] %}{% endfor %}")
                .find("nests deeper"),
            std::string::npos);
  EXPECT_NE(render("{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}")
                .find("nests too deeply"),
            std::string::npos);
  TemplateValue deep;
  for (int i = 0; i < 150; ++i)
    deep = TemplateValue::List{deep};
  TemplateValue variables;
  variables.set("x", deep);
  EXPECT_NE(render("{{ x }}", variables).find("nests deeper"),
            std::string::npos);
}

TEST(ChatTemplateTest, every_truncated_blob_is_refused) {
  std::vector<uint8_t> blob;
  std::string error;
  ASSERT_TRUE(llm::compileChatTemplate(fileText(kFolder + "qwen3.jinja"), "<s>",
                                       "</s>", blob, error));
  for (size_t size = 0; size < blob.size(); ++size) {
    ChatTemplate made;
    EXPECT_FALSE(made.open(blob.data(), size, error));
    EXPECT_EQ(error.rfind("damaged chat template", 0), 0u) << error;
    EXPECT_FALSE(made.isOpen());
  }
}

TEST(ChatTemplateTest, a_blob_with_any_bit_flipped_does_not_crash) {
  std::vector<uint8_t> blob;
  std::string error, text;
  ASSERT_TRUE(llm::compileChatTemplate(fileText(kFolder + "own-command.jinja"),
                                       "<s>", "</s>", blob, error));
  TemplateLimits limits;
  limits.steps = 20000;
  limits.memoryBytes = 1 << 22;
  Goldens goldens;
  TemplateValue variables = fromJson(goldens.json["settings"][1]);
  variables.set("messages", fromJson(goldens.json["conversations"][7]));
  size_t refused = 0;
  for (size_t bit = 0; bit < blob.size() * 8; bit += 3) {
    blob[bit / 8] ^= 1 << (bit % 8);
    ChatTemplate made;
    if (!made.open(blob.data(), blob.size(), error) ||
        !made.render(variables, text, error, limits))
      ++refused;
    blob[bit / 8] ^= 1 << (bit % 8);
  }
  EXPECT_GT(refused, 1000u);
}

TEST(ChatTemplateTest, another_version_is_refused_by_number) {
  std::vector<uint8_t> blob;
  std::string error;
  ASSERT_TRUE(llm::compileChatTemplate("x", "", "", blob, error));
  blob[4] = 99;
  ChatTemplate made;
  EXPECT_FALSE(made.open(blob.data(), blob.size(), error));
  EXPECT_NE(error.find("version 99"), std::string::npos) << error;
}

TEST(ChatTemplateTest, rendering_without_a_template_is_an_error) {
  ChatTemplate made;
  std::string text, error;
  EXPECT_FALSE(
      made.render(std::vector<llmrt::ChatMessage>(), true, text, error));
  EXPECT_FALSE(error.empty());
}
