// RUN: llm-opt %s --llm-tile-linear="register-rows=1,4 panels=2" --verify-diagnostics

// expected-error@+1 {{register-rows and panels need one entry for each class; found 2 and 1}}
module {
}
