//===- SessionTest.cpp - Conversations in text ----------------------------===//

#include "tests/runtime/ToyModel.h"
#include "tests/runtime/ToyText.h"

#include <string>
#include <thread>

using namespace llmrt;

namespace {

struct SessionDeleter {
  void operator()(llmrt_session *session) const {
    llmrt_session_destroy(session);
  }
};

/// Text of ids below 95.
std::string textOf(const std::vector<int32_t> &ids) {
  std::string text;
  for (int32_t id : ids)
    text += id < 95 ? std::string(1, char(id + ' '))
                    : std::string(id == 95 ? "<end>" : "<turn>");
  return text;
}

class SessionTest : public testing::Test {
public:
  ToyModel toy;
  std::vector<uint8_t> tokenizer = compileToyTokenizer();
  std::vector<uint8_t> chatTemplate = compileToyTemplate();
  EnginePointer engine;
  std::unique_ptr<llmrt_session, SessionDeleter> session;
  llmrt_request_options options = {};
  llmrt_result result = {};
  std::string text;
  std::vector<int32_t> tokens;

  void create() {
    toy.descriptor.tokenizer = {tokenizer.data(), tokenizer.size()};
    toy.descriptor.chatTemplate = {chatTemplate.data(), chatTemplate.size()};
    engine = createEngine(toy.open(), {2, 2, 0, 0});
    llmrt_session *created = nullptr;
    ASSERT_EQ(llmrt_session_create(engine.get(), &created), LLMRT_OK)
        << llmrt_last_error();
    session.reset(created);
    options.max_tokens = 6;
    options.ignore_end = 1;
    options.callback = hear;
    options.user = this;
  }

  static int32_t hear(void *user, const llmrt_event *event) {
    SessionTest &test = *static_cast<SessionTest *>(user);
    test.text.append(event->text, event->text_bytes);
    if (event->token >= 0)
      test.tokens.push_back(event->token);
    return 0;
  }

  llmrt_status generate(const char *prompt) {
    text.clear();
    tokens.clear();
    return llmrt_session_generate(session.get(), prompt, &options, &result);
  }

  llmrt_status chat(const std::vector<llmrt_message> &messages) {
    text.clear();
    tokens.clear();
    return llmrt_session_chat(session.get(), messages.data(), messages.size(),
                              &options, &result);
  }

  std::vector<int32_t> ids(const std::string &prompt) {
    std::vector<int32_t> found(200);
    size_t count = 0;
    EXPECT_EQ(llmrt_tokenize(toy.open(), prompt.data(), prompt.size(),
                             LLMRT_PARSE_SPECIAL, found.data(), found.size(),
                             &count),
              LLMRT_OK)
        << llmrt_last_error();
    found.resize(count);
    return found;
  }
};

} // namespace

TEST_F(SessionTest, TextGoesInAndOut) {
  create();
  ASSERT_EQ(generate("Hello, you"), LLMRT_OK) << llmrt_last_error();
  EXPECT_EQ(tokens, toy.expectedAnswer(ids("Hello, you"), 6));
  EXPECT_EQ(result.finish, LLMRT_FINISH_LENGTH);
  EXPECT_EQ(result.prompt_tokens, 10u);
  EXPECT_EQ(result.generated_tokens, 6u);
  std::string all = textOf(tokens);
  // Special tokens are no text.
  for (const char *special : {"<end>", "<turn>"})
    for (size_t at; (at = all.find(special)) != std::string::npos;)
      all.erase(at, strlen(special));
  EXPECT_EQ(text, all);
}

TEST_F(SessionTest, TextIsAppendedToWhatWasSaid) {
  create();
  ASSERT_EQ(generate("abc"), LLMRT_OK);
  std::vector<int32_t> held = ids("abc");
  held.insert(held.end(), tokens.begin(), tokens.end());
  std::vector<int32_t> more = ids("de");
  held.insert(held.end(), more.begin(), more.end());
  ASSERT_EQ(generate("de"), LLMRT_OK);
  EXPECT_EQ(tokens, toy.expectedAnswer(held, 6));
  EXPECT_EQ(result.reused_tokens, 3u + 5);
  EXPECT_EQ(result.prompt_tokens, 3u) << "the last token, and two more";

  ASSERT_EQ(llmrt_session_reset(session.get()), LLMRT_OK);
  ASSERT_EQ(generate("de"), LLMRT_OK);
  EXPECT_EQ(tokens, toy.expectedAnswer(more, 6));
}

TEST_F(SessionTest, ChatReusesWhatTheSessionHolds) {
  toy.groups.pop_back(); // a window would keep it from going back
  toy.config.groups = 1;
  toy.arguments.erase(toy.arguments.begin() + fake::WindowTable);
  toy.arguments.insert(toy.arguments.begin() + fake::WindowTable,
                       {"none", ElementType::I32, 0, 0, 1, {{0, 0, 0}}});
  create();
  ASSERT_EQ(chat({{"user", "Hi"}}), LLMRT_OK) << llmrt_last_error();
  std::vector<int32_t> prompt = ids("<turn>user:Hi<turn>");
  EXPECT_EQ(tokens, toy.expectedAnswer(prompt, 6));
  EXPECT_EQ(result.reused_tokens, 0u);

  // The same conversation, one message longer.
  ASSERT_EQ(chat({{"user", "Hi"}, {"assistant", "Yo"}, {"user", "Bye"}}),
            LLMRT_OK);
  EXPECT_EQ(result.reused_tokens, prompt.size());
  std::vector<int32_t> longer =
      ids("<turn>user:Hi<turn>assistant:Yo<turn>user:Bye<turn>");
  EXPECT_EQ(tokens, toy.expectedAnswer(longer, 6));
  EXPECT_EQ(result.prompt_tokens, longer.size() - prompt.size());

  // The same again: its last token is evaluated anew.
  ASSERT_EQ(chat({{"user", "Hi"}}), LLMRT_OK);
  EXPECT_EQ(result.reused_tokens, prompt.size() - 1);
  EXPECT_EQ(tokens, toy.expectedAnswer(prompt, 6));
}

TEST_F(SessionTest, ChatStartsOverWhereAWindowHasMovedOn) {
  create();
  options.max_tokens = 20;
  ASSERT_EQ(chat({{"user", "Hi"}}), LLMRT_OK);
  ASSERT_EQ(chat({{"user", "Ho"}}), LLMRT_OK) << llmrt_last_error();
  EXPECT_EQ(result.reused_tokens, 0u);
  EXPECT_EQ(tokens, toy.expectedAnswer(ids("<turn>user:Ho<turn>"), 20));
}

TEST_F(SessionTest, ATemplateThatRefusesIsHeard) {
  create();
  llmrt_message none = {"user", nullptr};
  EXPECT_EQ(llmrt_session_chat(session.get(), &none, 0, &options, &result),
            LLMRT_INVALID_ARGUMENT);
  EXPECT_NE(std::string(llmrt_last_error()).find("nobody spoke"),
            std::string::npos)
      << llmrt_last_error();
  EXPECT_EQ(llmrt_session_chat(session.get(), &none, 1, &options, &result),
            LLMRT_INVALID_ARGUMENT);
}

TEST_F(SessionTest, StopStringsEndAndAreNotShown) {
  create();
  options.max_tokens = 30;
  ASSERT_EQ(generate("stops"), LLMRT_OK);
  std::string all = text;
  ASSERT_GT(all.size(), 12u);
  ASSERT_EQ(llmrt_session_reset(session.get()), LLMRT_OK);
  std::string stop = all.substr(6, 3);
  const char *stops[] = {"never in it", stop.c_str()};
  options.stop_strings = stops;
  options.stop_string_count = 2;
  ASSERT_EQ(generate("stops"), LLMRT_OK);
  EXPECT_EQ(result.finish, LLMRT_FINISH_STOP);
  EXPECT_EQ(text, all.substr(0, all.find(stop)));
}

TEST_F(SessionTest, CharactersComeWhole) {
  toy.descriptor.facts.vocabSize = 97 + 128;
  toy.arguments[fake::Logits].dims[1].size = 97 + 128;
  tokenizer = compileToyTokenizer(97 + 128);
  create();
  options.max_tokens = 40;
  options.callback = [](void *user, const llmrt_event *event) -> int32_t {
    // No piece starts or ends within a character.
    if (event->text_bytes != 0) {
      EXPECT_NE(uint8_t(event->text[0]) & 0xc0, 0x80);
    }
    return hear(user, event);
  };
  for (const char *prompt : {"a", "b", "c"}) {
    ASSERT_EQ(llmrt_session_reset(session.get()), LLMRT_OK);
    ASSERT_EQ(generate(prompt), LLMRT_OK);
    std::vector<char> whole(1000);
    size_t bytes = 0;
    ASSERT_EQ(llmrt_detokenize(toy.open(), tokens.data(), tokens.size(),
                               whole.data(), whole.size(), &bytes),
              LLMRT_OK);
    EXPECT_EQ(text, std::string(whole.data(), bytes));
  }
}

TEST_F(SessionTest, ASessionIsCancelledFromAnotherThread) {
  create();
  options.max_tokens = 0;
  options.callback = [](void *user, const llmrt_event *event) -> int32_t {
    SessionTest &test = *static_cast<SessionTest *>(user);
    llmrt_session *mine = test.session.get();
    if (event->generated_tokens == 4)
      std::thread([=] { llmrt_session_cancel(mine); }).join();
    return hear(user, event);
  };
  ASSERT_EQ(generate("x"), LLMRT_OK);
  EXPECT_EQ(result.finish, LLMRT_FINISH_CANCELLED);
  EXPECT_EQ(result.generated_tokens, 4u);
}

TEST_F(SessionTest, TwoSessionsOfOneEngineDoNotMix) {
  create();
  llmrt_session *created = nullptr;
  ASSERT_EQ(llmrt_session_create(engine.get(), &created), LLMRT_OK);
  std::unique_ptr<llmrt_session, SessionDeleter> second(created);
  EXPECT_EQ(llmrt_session_create(engine.get(), &created), LLMRT_OUT_OF_PAGES);
  ASSERT_EQ(generate("one"), LLMRT_OK);
  std::swap(session, second);
  ASSERT_EQ(generate("two"), LLMRT_OK);
  EXPECT_EQ(tokens, toy.expectedAnswer(ids("two"), 6));
  engine = nullptr; // sessions keep the engine
  ASSERT_EQ(llmrt_session_reset(session.get()), LLMRT_OK);
  ASSERT_EQ(generate("three"), LLMRT_OK);
  EXPECT_EQ(tokens, toy.expectedAnswer(ids("three"), 6));
}

TEST_F(SessionTest, BuffersThatAreTooSmallTellTheSize) {
  create();
  size_t count = 0;
  int32_t few[2];
  EXPECT_EQ(llmrt_tokenize(toy.open(), "abc", 3, 0, few, 2, &count),
            LLMRT_BUFFER_TOO_SMALL);
  EXPECT_EQ(count, 3u);
  EXPECT_EQ(llmrt_tokenize(toy.open(), "", 0, 0, nullptr, 0, &count), LLMRT_OK);
  EXPECT_EQ(count, 0u);
  int32_t bad = 97;
  char out[4];
  EXPECT_EQ(llmrt_detokenize(toy.open(), &bad, 1, out, 4, &count),
            LLMRT_INVALID_ARGUMENT);
  llmrt_message message = {"user", "Hi"};
  EXPECT_EQ(llmrt_render_chat(toy.open(), &message, 1, 1, out, 4, &count),
            LLMRT_BUFFER_TOO_SMALL);
  EXPECT_EQ(count, strlen("<turn>user:Hi<turn>"));
}

TEST_F(SessionTest, AModelWithoutTextHasNoSession) {
  engine = createEngine(toy.open(), {1, 1, 0, 0});
  llmrt_session *created = nullptr;
  EXPECT_EQ(llmrt_session_create(engine.get(), &created), LLMRT_UNSUPPORTED);
  size_t count;
  EXPECT_EQ(llmrt_tokenize(toy.open(), "a", 1, 0, nullptr, 0, &count),
            LLMRT_UNSUPPORTED);
}
