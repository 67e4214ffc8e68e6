// Every kernel, declared once as KERNEL(result, name, (parameters)). The includer defines KERNEL:
// CKernels.h makes the table of kernels from this list, Kernels.h the prototypes, and
// KernelTables.c the two tables. Hence there is no include guard.

// result[i][j] = s(i, j), then fma(left[i][p], right[p][j], result[i][j]) for p = 0 … k − 1 in this
// order. The start s is result[i][j] itself if `accumulate`, else bias[i] if there is a bias, else
// 0. Takes 36 KiB of stack (110 KiB in a debug build).
KERNEL(void, product, (const product_arguments *_Nonnull arguments))

// For every row and column, with matrices V (vertical) and H (horizontal, … × n) or their
// transposes: half[p][j] = Σ over i of V[p][i] · input[i · n + j], then
// out[p][q] = Σ over j of H[q][j] · half[p][j]. The result is out + output where p < overlap.rows
// or q < overlap.columns, and out + bias[row] elsewhere (out without a bias). Sums run in order,
// over the terms for which the matrix is not 0.
KERNEL(void, winograd, (const winograd_arguments *_Nonnull arguments))

// y[j][i] = x[i][j].
KERNEL(void, transpose, (const_matrix_view x, matrix_view y))

// x = x > 0 ? x : slope · x. Slope 0 is ReLU. NaN stays NaN.
KERNEL(void, leaky_relu, (matrix_view x, double slope))

// d = y > 0 ? d : slope · d, where y is the layer's output. Serves vjp and jvp alike.
KERNEL(void, leaky_relu_derivative, (const_matrix_view y, double slope, matrix_view d))

// x = tanh x. Float: polynomials, error at most 2 ulp, odd, |tanh| <= 1, NaN stays NaN. Double: the
// C library's function, for tests.
KERNEL(void, tanh, (matrix_view x))

// x = 1 / (1 + e^−x): with z = e^−|x|, 1 / (1 + z) where x >= 0, and z / (1 + z) where x < 0.
// Float: polynomials, error at most 2.5 ulp, also for denormals, NaN stays NaN. Double: the C
// library's exp, for tests.
KERNEL(void, sigmoid, (matrix_view x))

// d = d · (gamma + y · (delta − y)), where y is the layer's output. Serves vjp and jvp alike.
KERNEL(void, tanh_or_sigmoid_derivative, (tanh_or_sigmoid f, const_matrix_view y, matrix_view d))

// out += (delta − 2 · y) · (gamma + y · (delta − y)) · dy · u: the second derivative, times the
// cotangent dy of the layer's output and the tangent u of its input.
KERNEL(
    void, add_second_order_term,
    (tanh_or_sigmoid f, const_matrix_view y, const_matrix_view dy, const_matrix_view u,
     matrix_view out))

// out = b + t[column] · (a − b). `out` may be a or b.
KERNEL(
    void, interpolate,
    (const_buffer_view t, const_matrix_view a, const_matrix_view b, matrix_view out))

// x = x · s[column].
KERNEL(void, scale_columns, (const_buffer_view s, matrix_view x))

// y += s · x.
KERNEL(void, add_scaled, (double s, const_matrix_view x, matrix_view y))

// out[column] = Σ over rows of x · x: fma(x, x, sum) from 0, in order.
KERNEL(void, column_squares, (const_matrix_view x, buffer_view out))

// out[row] += Σ over columns of x. Sixteen lanes: lane l sums columns l, l + 16, … in order from 0,
// then a fixed tree adds the lanes (l += l + 8, then l + 4, l + 2, l + 1).
KERNEL(void, add_row_sums, (const_matrix_view x, buffer_view out))

// The sum over the matrix of x, of (x − center)², or of (x − center) · y. Each row as in
// `add_row_sums`, then the sums of the rows in double, from 0, in order.
KERNEL(double, sum, (const_matrix_view x))
KERNEL(double, sum_of_squared_deviations, (double center, const_matrix_view x))
KERNEL(double, centered_dot, (double center, const_matrix_view x, const_matrix_view y))

// out[column] = Σ over rows of x, of x · y, or of (x − center[column])²: from 0, in order, with
// every operation in double.
KERNEL(void, column_sums, (const_matrix_view x, sums_view out))
KERNEL(void, column_dots, (const_matrix_view x, const_matrix_view y, sums_view out))
KERNEL(
    void, column_squared_deviations, (const_buffer_view center, const_matrix_view x, sums_view out))

// True if |x| <= bound for every number. NaN is beyond every bound. bound >= 0.
KERNEL(bool, all_within, (double bound, const_buffer_view x))

// y = ((x − mean) · scale) · gamma + beta. `y` may be x.
KERNEL(void, batch_normalize, (normalization n, affine_map m, const_matrix_view x, matrix_view y))

// dx = a · ((dy − b) − ((x − mean) · scale) · c). `dx` may be dy.
KERNEL(
    void, batch_normalize_vjp,
    (normalization n, normalization_vjp k, const_matrix_view x, const_matrix_view dy,
     matrix_view dx))

// y = x · scale[row mod n] + shift[row mod n], or the product alone without a shift, which is
// optional. n is the count of `scale`. `y` may be x.
KERNEL(
    void, scale_rows,
    (const_buffer_view scale, const_buffer_view shift, const_matrix_view x, matrix_view y))

// y = (x − shift[column]) · scale[column]. `y` may be x.
KERNEL(
    void, affine_columns,
    (const_buffer_view shift, const_buffer_view scale, const_matrix_view x, matrix_view y))

// out = (k[0] + k[1] · a) + k[2] · b, where the rows of k have a number for each column. `out` may
// be a or b.
KERNEL(
    void, combine_columns,
    (const_matrix_view k, const_matrix_view a, const_matrix_view b, matrix_view out))

// out += ((k[0] + k[1] · a) + k[2] · b) + k[3] · c, with k as above.
KERNEL(
    void, add_combined_columns,
    (const_matrix_view k, const_matrix_view a, const_matrix_view b, const_matrix_view c,
     matrix_view out))

// A mask of kept features, one bit each. With w = philox({first + j, r / 4, step, stream}, key),
// feature r of sample j is kept if w[r mod 4] >= threshold; then bit r mod 32 of element
// (r / 32, j) of the mask is 1. An element is an unsigned integer of the element type's size, not a
// number; its other bits are 0.
KERNEL(
    void, fill_dropout_mask,
    (random_position position, uint32_t threshold, size_t features, matrix_view mask))

// x = x · scale where the mask has a 1, and +0 where it has a 0, also for a NaN.
KERNEL(void, apply_mask, (double scale, const_matrix_view mask, matrix_view x))

// out[pixel][j] = (2 · image − 255) / 255, correctly rounded, where image is pixel `pixel` of image
// indices[j]: bytes to [−1, 1].
KERNEL(void, gather_bytes, (byte_images_view images, index_view indices, matrix_view out))

// out[pixel][j] = pixel `pixel` of image indices[j].
KERNEL(void, gather_floats, (float_images_view images, index_view indices, matrix_view out))

// Standard normal variates; a column is a sample. With q = row / 4 and
// w = philox({first + column, q, step, stream}, key), box_muller(w[0], w[1]) gives rows 4q and
// 4q + 1, and box_muller(w[2], w[3]) rows 4q + 2 and 4q + 3. Double: the same formula with the C
// library's functions, for tests.
KERNEL(void, fill_normal, (random_position position, matrix_view out))

// Uniform variates on [0, 1): out[i] = (w[0] >> 8) · 2⁻²⁴ with
// w = philox({first + i, 0, step, stream}, key).
KERNEL(void, fill_uniform, (random_position position, buffer_view out))

// Adam (Kingma & Ba 2015), with PyTorch's rounding except for the order of operations, for
// parameters p, moments m and v and gradients g: m = beta1 · m + (1 − beta1) · g;
// v = beta2 · v + ((1 − beta2) · g) · g; p = p − (rate · m) / (√v · root + epsilon).
KERNEL(void, adam, (adam_buffers buffers, adam_constants constants))

// RMSProp (Hinton 2012; as in PyTorch, not centered and without momentum), for parameters p,
// moments v and gradients g: v = alpha · v + ((1 − alpha) · g) · g;
// p = p − (rate · g) / (√v + epsilon).
KERNEL(void, rmsprop, (rmsprop_buffers buffers, rmsprop_constants constants))

// x = min(max(x, −bound), bound). NaN stays NaN.
KERNEL(void, clamp, (double bound, buffer_view x))
