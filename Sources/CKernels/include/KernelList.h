// Every kernel, declared once as KERNEL(result, name, (parameters)). The includer defines KERNEL:
// CKernels.h makes the table of kernels from this list, Kernels.h the prototypes, and
// KernelTables.c the two tables. Hence there is no include guard.

#pragma clang assume_nonnull begin

// result[i][j] = s(i, j), then fma(left[i][p], right[p][j], result[i][j]) for p = 0 … k − 1 in this
// order. The start s is result[i][j] itself if `accumulate`, else bias[i] if there is a bias, else
// 0. Takes 36 KiB of stack (110 KiB in a debug build).
KERNEL(void, product, (const product_arguments *arguments))

// For every row and column, with matrices V (vertical) and H (horizontal, … × n) or their
// transposes: half[p][j] = Σ over i of V[p][i] · input[i · n + j], then
// out[p][q] = Σ over j of H[q][j] · half[p][j]. The result is out + output where p < overlap.rows
// or q < overlap.columns, and out + bias[row] elsewhere (out without a bias). Sums run in order,
// over the terms for which the matrix is not 0.
KERNEL(void, winograd, (const winograd_arguments *arguments))

// y[j][i] = x[i][j].
KERNEL(void, transpose, (const input_matrix *x, const output_matrix *y))

// x = x > 0 ? x : slope · x. Slope 0 is ReLU. NaN stays NaN.
KERNEL(void, leaky_relu, (const output_matrix *x, double slope))

// d = y > 0 ? d : slope · d, where y is the layer's output. Serves vjp and jvp alike.
KERNEL(void, leaky_relu_derivative, (const input_matrix *y, double slope, const output_matrix *d))

// x = tanh x. Float: polynomials, error at most 2 ulp, odd, |tanh| <= 1, NaN stays NaN. Double: the
// C library's function, for tests.
KERNEL(void, tanh, (const output_matrix *x))

// x = 1 / (1 + e^−x): with z = e^−|x|, 1 / (1 + z) where x >= 0, and z / (1 + z) where x < 0.
// Float: polynomials, error at most 2.5 ulp, also for denormals, NaN stays NaN. Double: the C
// library's exp, for tests.
KERNEL(void, sigmoid, (const output_matrix *x))

// d = d · (gamma + y · (delta − y)), where y is the layer's output. Serves vjp and jvp alike.
KERNEL(
    void, tanh_or_sigmoid_derivative,
    (tanh_or_sigmoid f, const input_matrix *y, const output_matrix *d))

// out += (delta − 2 · y) · (gamma + y · (delta − y)) · dy · u: the second derivative, times the
// cotangent dy of the layer's output and the tangent u of its input.
KERNEL(
    void, add_second_order_term,
    (tanh_or_sigmoid f, const input_matrix *y, const input_matrix *dy, const input_matrix *u,
     const output_matrix *out))

// out = b + t[column] · (a − b). `out` may be a or b.
KERNEL(
    void, interpolate,
    (input_buffer t, const input_matrix *a, const input_matrix *b, const output_matrix *out))

// x = x · s[column].
KERNEL(void, scale_columns, (input_buffer s, const output_matrix *x))

// y += s · x.
KERNEL(void, add_scaled, (double s, const input_matrix *x, const output_matrix *y))

// out[column] = Σ over rows of x · x: fma(x, x, sum) from 0, in order.
KERNEL(void, column_squares, (const input_matrix *x, output_buffer out))

// out[row] += Σ over columns of x. Sixteen lanes: lane l sums columns l, l + 16, … in order from 0,
// then a fixed tree adds the lanes (l += l + 8, then l + 4, l + 2, l + 1).
KERNEL(void, add_row_sums, (const input_matrix *x, output_buffer out))

// The sum over the matrix of x, of (x − center)², or of (x − center) · y. Each row as in
// `add_row_sums`, then the sums of the rows in double, from 0, in order.
KERNEL(double, sum, (const input_matrix *x))
KERNEL(double, sum_of_squared_deviations, (double center, const input_matrix *x))
KERNEL(double, centered_dot, (double center, const input_matrix *x, const input_matrix *y))

// out[column] = Σ over rows of x, of x · y, or of (x − center[column])²: from 0, in order, with
// every operation in double.
KERNEL(void, column_sums, (const input_matrix *x, output_sums out))
KERNEL(void, column_dots, (const input_matrix *x, const input_matrix *y, output_sums out))
KERNEL(
    void, column_squared_deviations, (input_buffer center, const input_matrix *x, output_sums out))

// True if |x| <= bound for every number. NaN is beyond every bound. bound >= 0.
KERNEL(bool, all_within, (double bound, input_buffer x))

// y = ((x − mean) · scale) · gamma + beta. `y` may be x.
KERNEL(
    void, batch_normalize,
    (normalization n, affine_map m, const input_matrix *x, const output_matrix *y))

// dx = a · ((dy − b) − ((x − mean) · scale) · c). `dx` may be dy.
KERNEL(
    void, batch_normalize_vjp,
    (normalization n, const normalization_vjp *k, const input_matrix *x, const input_matrix *dy,
     const output_matrix *dx))

// y = x · scale[row mod n] + shift[row mod n], or the product alone without a shift, which is
// optional. n is the count of `scale`. `y` may be x.
KERNEL(
    void, scale_rows,
    (input_buffer scale, input_buffer shift, const input_matrix *x, const output_matrix *y))

// y = (x − shift[column]) · scale[column]. `y` may be x.
KERNEL(
    void, affine_columns,
    (input_buffer shift, input_buffer scale, const input_matrix *x, const output_matrix *y))

// out = (k[0] + k[1] · a) + k[2] · b, where the rows of k have a number for each column. `out` may
// be a or b.
KERNEL(
    void, combine_columns,
    (const input_matrix *k, const input_matrix *a, const input_matrix *b, const output_matrix *out))

// out += ((k[0] + k[1] · a) + k[2] · b) + k[3] · c, with k as above.
KERNEL(
    void, add_combined_columns,
    (const input_matrix *k, const input_matrix *a, const input_matrix *b, const input_matrix *c,
     const output_matrix *out))

// A mask of kept features, one bit each. With w = philox({first + j, r / 4, step, stream}, key),
// feature r of sample j is kept if w[r mod 4] >= threshold; then bit r mod 32 of element
// (r / 32, j) of the mask is 1. An element is an unsigned integer of the element type's size, not a
// number; its other bits are 0.
KERNEL(
    void, fill_dropout_mask,
    (const random_position *position, uint32_t threshold, size_t features,
     const output_matrix *mask))

// x = x · scale where the mask has a 1, and +0 where it has a 0, also for a NaN.
KERNEL(void, apply_mask, (double scale, const input_matrix *mask, const output_matrix *x))

// out[pixel][j] = (2 · image − 255) / 255, correctly rounded, where image is pixel `pixel` of image
// indices[j]: bytes to [−1, 1].
KERNEL(void, gather_bytes, (byte_images images, index_list indices, const output_matrix *out))

// out[pixel][j] = pixel `pixel` of image indices[j].
KERNEL(void, gather_floats, (float_images images, index_list indices, const output_matrix *out))

// Standard normal variates; a column is a sample. With q = row / 4 and
// w = philox({first + column, q, step, stream}, key), box_muller(w[0], w[1]) gives rows 4q and
// 4q + 1, and box_muller(w[2], w[3]) rows 4q + 2 and 4q + 3. Double: the same formula with the C
// library's functions, for tests.
KERNEL(void, fill_normal, (const random_position *position, const output_matrix *out))

// Uniform variates on [0, 1): out[i] = (w[0] >> 8) · 2⁻²⁴ with
// w = philox({first + i, 0, step, stream}, key).
KERNEL(void, fill_uniform, (const random_position *position, output_buffer out))

// Adam (Kingma & Ba 2015), with PyTorch's rounding except for the order of operations, for
// parameters p, moments m and v and gradients g: m = beta1 · m + (1 − beta1) · g;
// v = beta2 · v + ((1 − beta2) · g) · g; p = p − (rate · m) / (√v · root + epsilon).
KERNEL(void, adam, (const adam_buffers *buffers, const adam_constants *constants))

// RMSProp (Hinton 2012; as in PyTorch, not centered and without momentum), for parameters p,
// moments v and gradients g: v = alpha · v + ((1 − alpha) · g) · g;
// p = p − (rate · g) / (√v + epsilon).
KERNEL(void, rmsprop, (const rmsprop_buffers *buffers, const rmsprop_constants *constants))

// x = min(max(x, −bound), bound). NaN stays NaN.
KERNEL(void, clamp, (double bound, output_buffer x))

#pragma clang assume_nonnull end
