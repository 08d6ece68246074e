//===- llmrt.h - Load and run a model compiled by llm-compile -------------===//
//
// The whole C API of libllmrt. An object holds a decoder (tokens in, tokens out)
// or a general graph (tensors in, tensors out). Levels, each usable alone:
//
//   model     a compiled object, opened and checked: facts, text to ids and back
//   graph     tensors in, tensors out, of a graph
//   engine    one team of CPU threads and one pool of KV pages for a model
//   sequences token ids in, logits out; many sequences in one call
//   requests  generation: sampling, stop rules, streaming, continuous batching
//   session   one conversation in text on an engine
//
// Conventions, where a function does not say otherwise:
//   - Functions that can fail return a status. On any status but LLMRT_OK the
//     outputs are untouched, the handles stay valid, and llmrt_last_error()
//     gives the sentence to show a user. Nothing throws, aborts or exits.
//   - A structure of options filled with zeros means the defaults; a null
//     pointer to options means the same.
//   - Pointers handed in are read during the call only.
//   - Strings are UTF-8. Handles are created and destroyed by the caller, in
//     any order: an engine keeps its model alive, a session its engine.
//   - Model functions may be called from any threads at once. An engine serves
//     one thread at a time (a second one gets LLMRT_BUSY), but for
//     llmrt_engine_submit and llmrt_engine_cancel, which are always open. A
//     graph serves one thread at a time as well; its results are free of it.
//
//===----------------------------------------------------------------------===//

#ifndef LLMRT_H
#define LLMRT_H

#include <stddef.h>
#include <stdint.h>

#define LLMRT_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

//===- Status -------------------------------------------------------------===//

typedef enum llmrt_status {
  LLMRT_OK = 0,
  LLMRT_INVALID_ARGUMENT = 1, /* a parameter is outside of what is documented */
  LLMRT_NOT_FOUND = 2,        /* no such file, sequence or request */
  LLMRT_BAD_FILE = 3,         /* not a compiled object, or a damaged one */
  LLMRT_WRONG_VERSION = 4,    /* compiled for another version of the runtime */
  LLMRT_WRONG_CPU = 5,        /* this CPU lacks what every level needs */
  LLMRT_UNSUPPORTED = 6,      /* the object lacks, or asks for, something */
  LLMRT_OUT_OF_MEMORY = 7,
  LLMRT_OUT_OF_PAGES = 8,     /* the KV pool, or its sequences, are used up */
  LLMRT_CONTEXT_FULL = 9,     /* the tokens do not fit into the sequence */
  LLMRT_BUFFER_TOO_SMALL = 10,/* the size needed has been stored */
  LLMRT_BUSY = 11,            /* another call or request is using it */
  LLMRT_CANCELLED = 12,
  LLMRT_SYSTEM = 13,          /* the operating system refused something */
  LLMRT_MODEL_FAILED = 14,    /* the compiled code reported a failure */
  LLMRT_INTERNAL = 15         /* a defect of the runtime */
} llmrt_status;

/** What a status means, as a sentence. Never null; lives forever. */
LLMRT_API const char *llmrt_status_message(llmrt_status status);

/** The sentence of the last call that failed on the calling thread: where,
 *  what was found, what would be accepted. Never null; empty when no call has
 *  failed yet. Valid until the next failing call on this thread. */
LLMRT_API const char *llmrt_last_error(void);

/** The version of the object format that this library loads. */
LLMRT_API uint32_t llmrt_object_version(void);

//===- Model --------------------------------------------------------------===//

/** A compiled object, opened and checked. Immutable, so any number of engines
 *  and threads share it. */
typedef struct llmrt_model llmrt_model;

/** The symbol a compiled object exports. A program that links the object
 *  declares it with LLMRT_LINKED_MODEL(name) and opens it by address. */
typedef struct llmrt_object llmrt_object;
#define LLMRT_LINKED_MODEL(name) extern const llmrt_object llmrt_model_##name

typedef struct llmrt_open_options {
  /** Take this CPU level rather than the best that the machine has. */
  const char *level;
  /** The file of weights of an object compiled with --weights=file. Default:
   *  the object's path with its suffix replaced by .safetensors. */
  const char *weights_path;
  /** 1: copy the weights into private memory, in huge pages where the system
   *  has them, rather than mapping the file. */
  int32_t copy_weights;
} llmrt_open_options;

/** Opens the object at path: checks the whole file but the weights' values
 *  before any of its code may run, maps it, and picks the best CPU level of
 *  this machine. On success the caller owns *model and frees it with
 *  llmrt_close. The file must not change while it is open.
 *  Fails: NOT_FOUND, BAD_FILE, WRONG_VERSION, WRONG_CPU, UNSUPPORTED,
 *  OUT_OF_MEMORY, SYSTEM. */
LLMRT_API llmrt_status llmrt_open(const char *path,
                                  const llmrt_open_options *options,
                                  llmrt_model **model);

/** The same for an object that is linked into the program; it must outlive the
 *  model. What lies behind the descriptor's pointers is trusted. */
LLMRT_API llmrt_status llmrt_open_linked(const llmrt_object *object,
                                         const llmrt_open_options *options,
                                         llmrt_model **model);

/** Gives the caller's reference back. Engines of the model keep it alive. Null
 *  is ignored. Must not race with another call on the same handle. */
LLMRT_API void llmrt_close(llmrt_model *model);

/** Reads every byte of the weights and compares their SHA-256 with the one
 *  stored at compile time. Fails: BAD_FILE. */
LLMRT_API llmrt_status llmrt_verify(const llmrt_model *model);

/** What a model is; strings and arrays live as long as the model. */
typedef struct llmrt_model_info {
  const char *name;
  const char *provenance;   /* compiler version and flags, input kind */
  const char *cpu_level;    /* the level that was picked */
  /* What most of that level's multiply-adds are done in: f32, bf16, i8. */
  const char *compute_type;
  uint32_t vocab_size;
  uint32_t hidden_size;
  uint32_t layers;
  uint32_t max_context; /* tokens a sequence may hold, prompt included */
  uint32_t max_batch;   /* sequences of one step */
  uint32_t max_rows;    /* tokens of one step */
  const int32_t *end_tokens; /* any of them ends an answer */
  uint32_t end_token_count;
  int32_t bos_token; /* -1: none */
  int32_t has_tokenizer;
  int32_t has_chat_template;
  uint64_t weight_bytes; /* size of the weight segment */
  int32_t is_graph;      /* 1: run it as a graph; 0: by an engine */
} llmrt_model_info;

/** Stores the facts of the model in *info. Cannot fail. */
LLMRT_API void llmrt_model_get_info(const llmrt_model *model,
                                    llmrt_model_info *info);

/** The least work that a step of the model can be done with, whatever its
 *  code: the denominators of a share of the machine's ceiling. Padding,
 *  repacking and metadata do not count. Cannot fail.
 *  decode_bytes:  weights as encoded in the input, or as kept where fewer bits
 *                 were asked for, each read once (a tied head once, other rows
 *                 of the embedding not), and the keys and values of `batch`
 *                 sequences that each attend to `context` tokens.
 *  prefill_flops: two for each weight and token, attention's products, and the
 *                 head for the last token, for one prompt of `tokens`. */
LLMRT_API uint64_t llmrt_model_decode_bytes(const llmrt_model *model,
                                            uint32_t batch, uint32_t context);
LLMRT_API uint64_t llmrt_model_prefill_flops(const llmrt_model *model,
                                             uint32_t tokens);

//===- Text ---------------------------------------------------------------===//

enum {
  LLMRT_ADD_SPECIAL = 1,  /* what the tokenizer puts around a text, as BOS */
  LLMRT_PARSE_SPECIAL = 2 /* "<|im_end|>" in the text is that token */
};

/** Turns `bytes` bytes of text (invalid UTF-8 is replaced as the reference
 *  does) into ids, stores at most `capacity` of them and always stores how many
 *  there are in *count. `flags` is a sum of LLMRT_ADD_SPECIAL and
 *  LLMRT_PARSE_SPECIAL. Fails: BUFFER_TOO_SMALL, UNSUPPORTED (no tokenizer). */
LLMRT_API llmrt_status llmrt_tokenize(const llmrt_model *model,
                                      const char *text, size_t bytes,
                                      uint32_t flags, int32_t *ids,
                                      size_t capacity, size_t *count);

/** Turns ids into text, special tokens left out; not zero-terminated. *bytes
 *  is always the size needed. Fails: BUFFER_TOO_SMALL, INVALID_ARGUMENT (an id
 *  outside of the vocabulary), UNSUPPORTED (no tokenizer). */
LLMRT_API llmrt_status llmrt_detokenize(const llmrt_model *model,
                                        const int32_t *ids, size_t count,
                                        char *text, size_t capacity,
                                        size_t *bytes);

typedef struct llmrt_message {
  const char *role; /* "system", "user", "assistant" */
  const char *content;
} llmrt_message;

/** Renders a conversation by the model's chat template; with
 *  add_generation_prompt up to where the assistant's answer starts. Not
 *  zero-terminated; *bytes is always the size needed. The text is meant for
 *  llmrt_tokenize with LLMRT_PARSE_SPECIAL alone. Fails: BUFFER_TOO_SMALL,
 *  UNSUPPORTED (no template), INVALID_ARGUMENT (the template refuses). */
LLMRT_API llmrt_status llmrt_render_chat(const llmrt_model *model,
                                         const llmrt_message *messages,
                                         size_t count,
                                         int32_t add_generation_prompt,
                                         char *text, size_t capacity,
                                         size_t *bytes);

//===- Engine -------------------------------------------------------------===//

/** A team of threads, a pool of KV pages and a queue of requests. All memory it
 *  will ever use is set aside when it is created. */
typedef struct llmrt_engine llmrt_engine;

typedef struct llmrt_engine_options {
  /** Size of the team, the calling thread included; 0: one for each physical
   *  core that this process may run on. At most 1024. */
  uint32_t threads;
  /** Sequences that may be alive at a time; 0: one. A step takes at most
   *  max_batch of them. */
  uint32_t sequences;
  /** Tokens a sequence may hold; 0: the model's max_context. */
  uint32_t context;
  /** Tokens that the KV pool holds for all sequences together; 0: sequences
   *  times context, so that the pool never runs out. */
  uint64_t pool_tokens;
} llmrt_engine_options;

/** Private memory is bounded by private_bytes, the sum of the fields before
 *  it, and is used as contexts fill. Weights are mapped from the file and
 *  shared with other processes, unless they are copied. */
typedef struct llmrt_memory {
  uint64_t arena_bytes;       /* values between the phases of a step */
  uint64_t kv_bytes;          /* KV pages */
  uint64_t scratch_bytes;     /* of the threads */
  uint64_t step_bytes;        /* arguments, logits, sampling */
  uint64_t runtime_bytes;     /* page tables, token histories, stacks, handles */
  uint64_t weight_copy_bytes; /* with copy_weights */
  uint64_t private_bytes;
  uint64_t mapped_weight_bytes;
} llmrt_memory;

/** The memory contract of an engine with these options: what it can use at
 *  most, known before it is created. Fails: INVALID_ARGUMENT. */
LLMRT_API llmrt_status llmrt_memory_contract(
    const llmrt_model *model, const llmrt_engine_options *options,
    llmrt_memory *memory);

/** Creates an engine, owned by the caller and freed with llmrt_engine_destroy.
 *  Fails: INVALID_ARGUMENT, UNSUPPORTED (the object's step needs an argument
 *  that this runtime does not know), OUT_OF_MEMORY, SYSTEM (no thread). */
LLMRT_API llmrt_status llmrt_engine_create(llmrt_model *model,
                                           const llmrt_engine_options *options,
                                           llmrt_engine **engine);

/** Ends the engine with its sequences and requests, without events; sessions
 *  keep it alive. Null is ignored. Must not race with another call on it. */
LLMRT_API void llmrt_engine_destroy(llmrt_engine *engine);

/** Size of the engine's thread team. */
LLMRT_API uint32_t llmrt_engine_threads(const llmrt_engine *engine);

//===- Sequences ----------------------------------------------------------===//

/** Tokens that the engine holds the KV of. 0 is no sequence; a handle of a
 *  released sequence is refused. */
typedef uint64_t llmrt_sequence;

/** Starts an empty sequence. Fails: OUT_OF_PAGES (no sequence left). */
LLMRT_API llmrt_status llmrt_sequence_create(llmrt_engine *engine,
                                             llmrt_sequence *sequence);

/** Starts a sequence that holds the first `length` tokens of another. Both
 *  share the pages until one of them writes. Fails: NOT_FOUND, OUT_OF_PAGES,
 *  INVALID_ARGUMENT (longer than the source, or so short that the source has
 *  freed pages of that window), BUSY (a request runs on the source). */
LLMRT_API llmrt_status llmrt_sequence_fork(llmrt_engine *engine,
                                           llmrt_sequence source,
                                           uint32_t length,
                                           llmrt_sequence *sequence);

/** Forgets all but the first `length` tokens. Fails as llmrt_sequence_fork. */
LLMRT_API llmrt_status llmrt_sequence_truncate(llmrt_engine *engine,
                                               llmrt_sequence sequence,
                                               uint32_t length);

/** Stores how many tokens the sequence holds. Fails: NOT_FOUND. */
LLMRT_API llmrt_status llmrt_sequence_length(llmrt_engine *engine,
                                             llmrt_sequence sequence,
                                             uint32_t *length);

/** Frees the sequence. Fails: NOT_FOUND, BUSY (a request runs on it). */
LLMRT_API llmrt_status llmrt_sequence_release(llmrt_engine *engine,
                                              llmrt_sequence sequence);

/** Tokens to append to one sequence. */
typedef struct llmrt_span {
  llmrt_sequence sequence;
  const int32_t *tokens;
  uint32_t count; /* at least 1 */
  /** Logits are wanted for the last logits_rows of the tokens. */
  uint32_t logits_rows;
  /** Length of the prompt these tokens belong to, for models whose RoPE
   *  depends on it; 0: these tokens are the end of the prompt if the sequence
   *  is empty, else its prompt stays as it was. */
  uint32_t prompt_length;
} llmrt_span;

/** Appends the tokens of `count` spans, each of another sequence, in as few
 *  steps as max_rows and max_batch allow, and writes the wanted logits, row by
 *  row in the order of the spans, vocab_size floats a row, to `logits`, which
 *  holds `capacity` floats. Sizes, ids and pages are checked for the whole call
 *  before the first step. Fails: INVALID_ARGUMENT, NOT_FOUND, BUSY,
 *  CONTEXT_FULL, OUT_OF_PAGES, BUFFER_TOO_SMALL; MODEL_FAILED (then each
 *  sequence holds the tokens of the steps before). */
LLMRT_API llmrt_status llmrt_engine_forward(llmrt_engine *engine,
                                            const llmrt_span *spans,
                                            size_t count, float *logits,
                                            size_t capacity);

//===- Sampling -----------------------------------------------------------===//

/** How a token is chosen from logits. In this order, each on what the one
 *  before left, as transformers does:
 *    1. repetition_penalty p: the logit of each token that occurs in the
 *       history (prompt included) is divided by p if positive, else multiplied;
 *    2. temperature 0: the largest logit, of equal ones the lowest id; else
 *       logits are divided by it;
 *    3. top_k: all below the k-th largest logit go, equal ones stay;
 *    4. top_p: by falling probability (equal ones by id), a token stays while
 *       the sum of those before it is below top_p;
 *    5. min_p: a token goes if its probability is below min_p times the best;
 *    6. the draw: u is the top 53 bits of SplitMix64's n-th output for this
 *       seed, times 2^-53, n counting the request's tokens from 0; the choice
 *       is the first token, by id, where the running sum of the weights
 *       exp(logit - best) exceeds u times their sum.
 *  Steps 1 and 2 are done in f32, the rest in f64 with an exp of our own, so
 *  equal logits and seeds give equal tokens on every machine. */
typedef struct llmrt_sampling {
  float temperature;        /* 0: greedy */
  uint32_t top_k;           /* 0: all */
  float top_p;              /* 0: all; else in (0, 1] */
  float min_p;              /* in [0, 1] */
  float repetition_penalty; /* 0: none; else positive */
  uint64_t seed;
} llmrt_sampling;

/** Chooses the token that follows `history` from `logits` (vocab_size floats,
 *  which it may change); `draw` is the n of step 6. Uses the engine's memory.
 *  Fails: INVALID_ARGUMENT, BUSY, MODEL_FAILED (no logit is a number). */
LLMRT_API llmrt_status llmrt_engine_sample(llmrt_engine *engine,
                                           const llmrt_sampling *sampling,
                                           const int32_t *history, size_t count,
                                           uint64_t draw, float *logits,
                                           int32_t *token);

//===- Requests -----------------------------------------------------------===//

/** A prompt being answered. 0 is no request; ids are not used twice. */
typedef uint64_t llmrt_request;

typedef enum llmrt_finish {
  LLMRT_RUNNING = 0,
  LLMRT_FINISH_END = 1,     /* an end token of the model or a stop token */
  LLMRT_FINISH_STOP = 2,    /* a stop string */
  LLMRT_FINISH_LENGTH = 3,  /* max_tokens */
  LLMRT_FINISH_CONTEXT = 4, /* the sequence is full */
  LLMRT_FINISH_CANCELLED = 5,
  LLMRT_FINISH_FAILED = 6
} llmrt_finish;

/** One token of an answer, or its end. */
typedef struct llmrt_event {
  llmrt_request request;
  int32_t token; /* -1: none goes with this event */
  /** Text that has become certain: whole characters, none of a stop string.
   *  May be empty; valid during the call; not zero-terminated. */
  const char *text;
  size_t text_bytes;
  llmrt_finish finish;  /* LLMRT_RUNNING but for the last event */
  llmrt_status status;  /* why, when finish is LLMRT_FINISH_FAILED */
  uint32_t prompt_tokens;    /* evaluated for this request */
  uint32_t generated_tokens; /* up to and including this one */
} llmrt_event;

/** Hears of each token on the thread inside llmrt_engine_step. It may submit
 *  and cancel, but not step. A value other than 0 cancels the request. */
typedef int32_t (*llmrt_callback)(void *user, const llmrt_event *event);

typedef struct llmrt_request_options {
  llmrt_sampling sampling;
  uint32_t max_tokens; /* 0: until the context is full */
  /** 1: the model's end tokens are tokens like others. */
  int32_t ignore_end;
  const int32_t *stop_tokens; /* end the answer, beside the model's own */
  size_t stop_token_count;
  const char *const *stop_strings; /* none empty; not part of the text */
  size_t stop_string_count;
  /** 1: events carry no text, so the model needs no tokenizer. */
  int32_t no_text;
  /** Continue this sequence, which is kept at the end, without the last token
   *  chosen; 0: a sequence of its own. */
  llmrt_sequence sequence;
  llmrt_callback callback; /* may be null */
  void *user;
} llmrt_request_options;

/** Queues a prompt of `count` >= 1 ids and returns its id at once; the ids and
 *  options are copied. It starts, first come first served, in a later step,
 *  when a sequence and pages for its whole answer are free. From any thread.
 *  Fails: INVALID_ARGUMENT, CONTEXT_FULL (the prompt alone does not fit),
 *  OUT_OF_PAGES (can never fit the pool), UNSUPPORTED (text is wanted, the
 *  model has no tokenizer), OUT_OF_MEMORY. */
LLMRT_API llmrt_status llmrt_engine_submit(
    llmrt_engine *engine, const int32_t *prompt, size_t count,
    const llmrt_request_options *options, llmrt_request *request);

/** Runs one step: a token for every request that decodes, and prompts in
 *  chunks with the rows that are left. Events are delivered before it returns.
 *  *unfinished, if not null, is how many requests are left; nothing is run when
 *  there is none. Allocates no memory while decoding.
 *  Fails: BUSY. The failure of a request is its own event's. */
LLMRT_API llmrt_status llmrt_engine_step(llmrt_engine *engine,
                                         uint32_t *unfinished);

/** Asks for the end of a request, which gets its last event in the next step.
 *  From any thread. A request that is finished or unknown is ignored. */
LLMRT_API void llmrt_engine_cancel(llmrt_engine *engine, llmrt_request request);

//===- Session ------------------------------------------------------------===//

/** One conversation in text. It holds one sequence of its engine, so that what
 *  was read stays read. Sessions of one engine share its one-thread rule. */
typedef struct llmrt_session llmrt_session;

/** What became of an answer. */
typedef struct llmrt_result {
  llmrt_finish finish;
  uint32_t reused_tokens;    /* found in the sequence, not evaluated again */
  uint32_t prompt_tokens;    /* evaluated */
  uint32_t generated_tokens;
} llmrt_result;

/** Starts a session, owned by the caller and freed with llmrt_session_destroy.
 *  Fails: OUT_OF_PAGES (no sequence left), UNSUPPORTED (the model has no
 *  tokenizer), OUT_OF_MEMORY, BUSY. */
LLMRT_API llmrt_status llmrt_session_create(llmrt_engine *engine,
                                            llmrt_session **session);

/** Null is ignored. Must not race with another call on the engine. */
LLMRT_API void llmrt_session_destroy(llmrt_session *session);

/** Appends text to what the session holds and answers; text at the start gets
 *  the special tokens of the model. Options' sequence and no_text are ignored.
 *  Other requests of the engine advance as well. *result may be null. Fails: as
 *  llmrt_engine_submit, and with the status of a request that failed; an answer
 *  that was cancelled is LLMRT_OK with that finish. */
LLMRT_API llmrt_status llmrt_session_generate(
    llmrt_session *session, const char *text,
    const llmrt_request_options *options, llmrt_result *result);

/** Answers a conversation, given whole, by the model's chat template, as above.
 *  What the session already holds of it is not evaluated again. */
LLMRT_API llmrt_status llmrt_session_chat(
    llmrt_session *session, const llmrt_message *messages, size_t count,
    const llmrt_request_options *options, llmrt_result *result);

/** Ends the answer under way, from any thread, with its next step. */
LLMRT_API void llmrt_session_cancel(llmrt_session *session);

/** Forgets everything the session holds. Fails: BUSY. */
LLMRT_API llmrt_status llmrt_session_reset(llmrt_session *session);

//===- Graph --------------------------------------------------------------===//

/** What the elements of a tensor are. In memory an element of less than 8 bits
 *  takes a byte (I4 and I2 with their sign extended), BOOL is a byte of 0 or 1,
 *  C64 and C128 are two floats or doubles, STRING is an llmrt_string. */
typedef enum llmrt_element_type {
  LLMRT_F32 = 0,             LLMRT_BF16 = 1,            LLMRT_F16 = 2,
  LLMRT_I8 = 3,              LLMRT_I32 = 4,             LLMRT_I64 = 5,
  LLMRT_U8 = 6,              LLMRT_F64 = 7,             LLMRT_I16 = 8,
  LLMRT_U16 = 9,             LLMRT_U32 = 10,            LLMRT_U64 = 11,
  LLMRT_BOOL = 12,           LLMRT_F8E4M3FN = 13,       LLMRT_F8E4M3FNUZ = 14,
  LLMRT_F8E5M2 = 15,         LLMRT_F8E5M2FNUZ = 16,     LLMRT_F8E8M0 = 17,
  LLMRT_F4E2M1 = 18,         LLMRT_I4 = 19,             LLMRT_U4 = 20,
  LLMRT_I2 = 21,             LLMRT_U2 = 22,             LLMRT_C64 = 23,
  LLMRT_C128 = 24,           LLMRT_STRING = 25,
  /* No type: with it a wrong number is one that can be refused. */
  LLMRT_ELEMENT_TYPE_WIDTH = 0x7fffffff
} llmrt_element_type;

/** "f32", "bool", ...; null for no such type. Lives forever. */
LLMRT_API const char *llmrt_element_name(llmrt_element_type type);

/** Bytes of an element in memory; 0 for no such type. */
LLMRT_API size_t llmrt_element_bytes(llmrt_element_type type);

/** An element of a tensor of strings. Not zero-terminated as an input; as a
 *  result a zero follows it. */
typedef struct llmrt_string {
  const char *text;
  size_t bytes;
} llmrt_string;

typedef enum llmrt_value_kind {
  LLMRT_TENSOR = 0,
  LLMRT_SEQUENCE = 1,
  LLMRT_ABSENT = 2, /* an optional without a value */
  LLMRT_VALUE_KIND_WIDTH = 0x7fffffff /* no kind, as above */
} llmrt_value_kind;

/** A tensor, dense and row-major, a sequence of values, or nothing. */
typedef struct llmrt_value {
  llmrt_value_kind kind;
  llmrt_element_type type; /* of a tensor */
  const void *data;        /* may be null where a tensor has no element */
  const int64_t *dims;     /* `rank` extents */
  size_t rank;
  const struct llmrt_value *items; /* of a sequence */
  size_t count;
} llmrt_value;

/** What a graph says of an input or output; it lives as long as the model. */
typedef struct llmrt_argument {
  const char *name;
  llmrt_value_kind kind;   /* LLMRT_TENSOR or LLMRT_SEQUENCE (of tensors) */
  int32_t optional;        /* 1: it may be absent */
  llmrt_element_type type; /* of the tensor, or of a sequence's tensors */
  int32_t rank;            /* of the tensor or those tensors; -1: any */
  const int64_t *dims;     /* `rank` extents, -1: any; null without any */
  /* `rank` entries, null or a name; dimensions of one name are equal. Null
   * where no dimension has a name. */
  const char *const *dim_names;
} llmrt_argument;

/** How many inputs and outputs the graph has; 0 for a decoder. */
LLMRT_API size_t llmrt_model_input_count(const llmrt_model *model);
LLMRT_API size_t llmrt_model_output_count(const llmrt_model *model);

/** Stores what the graph says of an input or output. Fails: NOT_FOUND (there
 *  are not as many). */
LLMRT_API llmrt_status llmrt_model_get_input(const llmrt_model *model,
                                             size_t index,
                                             llmrt_argument *argument);
LLMRT_API llmrt_status llmrt_model_get_output(const llmrt_model *model,
                                              size_t index,
                                              llmrt_argument *argument);

/** A team of threads and the memory that calls of a graph use. */
typedef struct llmrt_graph llmrt_graph;

typedef struct llmrt_graph_options {
  uint32_t threads; /* as in llmrt_engine_options */
  /** Bytes that a call may hold at a time for values, results included; 0:
   *  three quarters of the machine's memory. Memory is kept from call to call
   *  within this limit, so that calls of equal shapes allocate nothing. */
  uint64_t memory_limit;
} llmrt_graph_options;

/** Creates a graph, owned by the caller and freed with llmrt_graph_destroy.
 *  Fails: INVALID_ARGUMENT, UNSUPPORTED (the model is a decoder),
 *  OUT_OF_MEMORY, SYSTEM (no thread). */
LLMRT_API llmrt_status llmrt_graph_create(llmrt_model *model,
                                          const llmrt_graph_options *options,
                                          llmrt_graph **graph);

/** Null is ignored. Results outlive their graph. */
LLMRT_API void llmrt_graph_destroy(llmrt_graph *graph);

/** Size of the graph's thread team. */
LLMRT_API uint32_t llmrt_graph_threads(const llmrt_graph *graph);

/** An input of a call. */
typedef struct llmrt_input {
  const char *name; /* null: the graph's input of this place in the array */
  llmrt_value value;
} llmrt_input;

/** What a call has computed. It owns its memory. */
typedef struct llmrt_results llmrt_results;

/** Runs the graph on `count` inputs, in any order; one that is optional may be
 *  left out. The inputs are read during the call only. On success the caller
 *  owns *results and frees it with llmrt_results_release, from any thread.
 *  Fails: INVALID_ARGUMENT (an input's name, kind, type, rank, dimensions or
 *  values are not what the graph accepts), OUT_OF_MEMORY (memory_limit, or the
 *  system's), MODEL_FAILED (as an index out of range), BUSY. */
LLMRT_API llmrt_status llmrt_graph_run(llmrt_graph *graph,
                                       const llmrt_input *inputs, size_t count,
                                       llmrt_results **results);

/** The value of an output by its place; null if there are not as many. It
 *  lives as long as the results. */
LLMRT_API const llmrt_value *llmrt_results_get(const llmrt_results *results,
                                               size_t index);

/** The same by name; null if no output has it. */
LLMRT_API const llmrt_value *llmrt_results_find(const llmrt_results *results,
                                                const char *name);

/** Null is ignored. */
LLMRT_API void llmrt_results_release(llmrt_results *results);

#ifdef __cplusplus
}
#endif

#endif /* LLMRT_H */
