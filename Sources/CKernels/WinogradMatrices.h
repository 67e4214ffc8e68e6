// The matrices of Winograd's minimal filtering for one element type. Winograd.c includes this file
// through ForEachReal.h.

// Bᵀ (products × inputs): a pair of rows for each of the points 0, 1, −1 and ½, for the even inputs
// first; a row for −½, for the even inputs only; and a pair for infinity.
static const REAL NAME(input_4x5)[] = {
    0.25,   0,     0,    0, -1.25,    0,     0,    0, 1, 0, 0,
       0, 0.5,     0,   -1,     0, -0.5,     0,    1, 0, 0, 0,
       0,   0, -0.25,    0, -0.25,    0,     1,    0, 1, 0, 0,
       0,   0,     0, -0.5,     0,  0.5,     0,    1, 0, 0, 0,
       0,   0,  0.25,    0, -0.25,    0,    -1,    0, 1, 0, 0,
       0,   0,     0,  0.5,     0, -1.5,     0,    1, 0, 0, 0,
       0,   0,  -0.5,    0,    -1,    0,   0.5,    0, 1, 0, 0,
       0,   0,     0,   -1,     0,    0,     0,    1, 0, 0, 0,
       0,   0,   0.5,    0,    -1,    0,  -0.5,    0, 1, 0, 0,
       0,   0,  0.25,    0,     0,    0, -1.25,    0, 0, 0, 1,
       0,   0,     0,  0.5,     0,   -1,     0, -0.5, 0, 1, 0,
};

// G (products × taps).
static const REAL NAME(kernel_4x5)[] = {
           4,        0,        0,        0,        0,
           0,        2,        0,        0,        0,
     2.0 / 3,        0,  2.0 / 3,        0,  2.0 / 3,
           0,        1,        0,        1,        0,
     2.0 / 3,        0, -2.0 / 3,        0,  2.0 / 3,
           0, -1.0 / 3,        0,  1.0 / 3,        0,
    -8.0 / 3,        0, -4.0 / 3,        0, -2.0 / 3,
           0, -8.0 / 3,        0, -4.0 / 3,        0,
    -8.0 / 3,        0,  4.0 / 3,        0, -2.0 / 3,
           0,        0,        0,        0,        1,
           0,        0,        0,        1,        0,
};

// Aᵀ (outputs × points).
static const REAL NAME(output_4x5)[] = {
    1, 1,  1,     1,      1, 0,
    0, 1, -1,   0.5,   -0.5, 0,
    0, 1,  1,  0.25,   0.25, 0,
    0, 1, -1, 0.125, -0.125, 1,
};

// The same for four taps: a pair of rows, even inputs first, for each of the points 0, 1, −1, ½ and
// infinity.
static const REAL NAME(input_4x4)[] = {
    0.5,   0,   -1,    0, -0.5,    0,    1,    0, 0, 0,
      0, 0.5,    0,   -1,    0, -0.5,    0,    1, 0, 0,
      0,   0, -0.5,    0,  0.5,    0,    1,    0, 0, 0,
      0,   0,    0, -0.5,    0,  0.5,    0,    1, 0, 0,
      0,   0,  0.5,    0, -1.5,    0,    1,    0, 0, 0,
      0,   0,    0,  0.5,    0, -1.5,    0,    1, 0, 0,
      0,   0,   -1,    0,    0,    0,    1,    0, 0, 0,
      0,   0,    0,   -1,    0,    0,    0,    1, 0, 0,
      0,   0,  0.5,    0,   -1,    0, -0.5,    0, 1, 0,
      0,   0,    0,  0.5,    0,   -1,    0, -0.5, 0, 1,
};
static const REAL NAME(kernel_4x4)[] = {
           2,        0,        0,        0,
           0,        2,        0,        0,
           1,        0,        1,        0,
           0,        1,        0,        1,
    -1.0 / 3,        0,  1.0 / 3,        0,
           0, -1.0 / 3,        0,  1.0 / 3,
    -8.0 / 3,        0, -4.0 / 3,        0,
           0, -8.0 / 3,        0, -4.0 / 3,
           0,        0,        1,        0,
           0,        0,        0,        1,
};
static const REAL NAME(output_4x4)[] = {
    1, 1,  1,     1, 0,
    0, 1, -1,   0.5, 0,
    0, 1,  1,  0.25, 0,
    0, 1, -1, 0.125, 1,
};

// Three outputs of four taps, for the same G without its rows for ½.
static const REAL NAME(input_3x4)[] = {
    0.5,   0,    0,    0, -0.5,    0, 0, 0,
      0, 0.5,    0,    0,    0, -0.5, 0, 0,
      0,   0,  0.5,    0,  0.5,    0, 0, 0,
      0,   0,    0,  0.5,    0,  0.5, 0, 0,
      0,   0,  1.5,    0, -1.5,    0, 0, 0,
      0,   0,    0,  1.5,    0, -1.5, 0, 0,
      0,   0,   -1,    0,    0,    0, 1, 0,
      0,   0,    0,   -1,    0,    0, 0, 1,
};
static const REAL NAME(output_3x4)[] = {
    1, 1,  1, 0,
    0, 1, -1, 0,
    0, 1,  1, 1,
};

// A row-major matrix, or its transpose.
typedef struct {
  const REAL *numbers;
  size_t rows, columns;
  bool transposed;
} NAME(matrix);

INLINE NAME(matrix) NAME(constants)(winograd_matrix matrix, bool transposed) {
  switch (matrix) {
    case WINOGRAD_INPUT_4X5: return (NAME(matrix)){NAME(input_4x5), 11, 11, transposed};
    case WINOGRAD_KERNEL_4X5: return (NAME(matrix)){NAME(kernel_4x5), 11, 5, transposed};
    case WINOGRAD_OUTPUT_4X5: return (NAME(matrix)){NAME(output_4x5), 4, 6, transposed};
    case WINOGRAD_INPUT_4X4: return (NAME(matrix)){NAME(input_4x4), 10, 10, transposed};
    case WINOGRAD_KERNEL_4X4: return (NAME(matrix)){NAME(kernel_4x4), 10, 4, transposed};
    case WINOGRAD_OUTPUT_4X4: return (NAME(matrix)){NAME(output_4x4), 4, 5, transposed};
    case WINOGRAD_INPUT_3X4: return (NAME(matrix)){NAME(input_3x4), 8, 8, transposed};
    case WINOGRAD_OUTPUT_3X4: return (NAME(matrix)){NAME(output_3x4), 3, 4, transposed};
  }
}

INLINE size_t NAME(outs)(NAME(matrix) m) { return m.transposed ? m.columns : m.rows; }
INLINE size_t NAME(ins)(NAME(matrix) m) { return m.transposed ? m.rows : m.columns; }
