//===- graph.c - Run a compiled graph of tensors --------------------------===//
//
//   cc graph.c libllmrt.a -lm -o graph && ./graph model.so
//
// runs it on zeros, a dimension of any size being 1, and prints the results.
//
//===----------------------------------------------------------------------===//

#include <llmrt.h>

#include <stdio.h>
#include <stdlib.h>

static llmrt_value zeros(const llmrt_argument *input, int64_t dims[64]) {
  llmrt_value value = {.kind = LLMRT_TENSOR, .type = input->type, .dims = dims};
  size_t count = 1;
  for (int i = 0; i < input->rank; ++i, ++value.rank) {
    dims[i] = input->dims[i] < 0 ? 1 : input->dims[i];
    count *= (size_t)dims[i];
  }
  value.data = calloc(count, llmrt_element_bytes(input->type));
  return value;
}

static void print(const char *name, const llmrt_value *value) {
  static const char *const kinds[] = {"tensor of", "sequence", "absent"};
  printf("%s: %s", name, kinds[value->kind]);
  if (value->kind == LLMRT_TENSOR)
    printf(" %s", llmrt_element_name(value->type));
  size_t count = value->kind == LLMRT_TENSOR;
  for (size_t i = 0; i < value->rank; count *= (size_t)value->dims[i++])
    printf(" %lld", (long long)value->dims[i]);
  if (value->type == LLMRT_F32 && count != 0)
    printf(", first %g", ((const float *)value->data)[0]);
  printf("\n");
}

int main(int argc, char **argv) {
  static int64_t dims[64][64];
  llmrt_model *model = NULL;
  llmrt_graph *graph = NULL;
  llmrt_results *results = NULL;
  llmrt_input inputs[64];
  llmrt_argument found;
  size_t count = 0;
  if (argc != 2 || llmrt_open(argv[1], NULL, &model) ||
      llmrt_graph_create(model, NULL, &graph))
    return fprintf(stderr, "%s\n", llmrt_last_error()), 1;
  for (size_t i = 0; i < 64 && !llmrt_model_get_input(model, i, &found); ++i)
    if (!found.optional) // what is may be left out
      inputs[count] = (llmrt_input){found.name, zeros(&found, dims[i])}, ++count;
  if (llmrt_graph_run(graph, inputs, count, &results))
    return fprintf(stderr, "%s\n", llmrt_last_error()), 1;
  for (size_t i = 0; !llmrt_model_get_output(model, i, &found); ++i)
    print(found.name, llmrt_results_get(results, i));
  llmrt_results_release(results);
  return llmrt_graph_destroy(graph), llmrt_close(model), 0;
}
