import CKernels

// The parts of a batch: images and random numbers. Each function traps if the kernel would access
// memory outside of its arguments.

extension Scalar {
  /// out[pixel][j] = (2 · image[indices[j]][first + pixel] − 255) / 255, for images of `size`
  /// numbers.
  package static func gather(
    _ images: StoredTensor<UInt8>, size: Int, from first: Int, _ indices: Span<UInt32>,
    into out: MatrixView<Self>
  ) {
    unsafe images.withIndexView(size, first, indices, out) { indices in
      var out = unsafe out.output
      unsafe kernels.pointee.gather_bytes(
        byte_images(base: images.base + first, size: size), indices, &out)
    }
  }

  /// out[pixel][j] = image[indices[j]][first + pixel], for images of `size` numbers.
  package static func gather(
    _ images: StoredTensor<Float>, size: Int, from first: Int, _ indices: Span<UInt32>,
    into out: MatrixView<Self>
  ) {
    unsafe images.withIndexView(size, first, indices, out) { indices in
      var out = unsafe out.output
      unsafe kernels.pointee.gather_floats(
        float_images(base: images.base + first, size: size), indices, &out)
    }
  }

  /// Standard normal variates. Column j is sample `first + j` of (key, stream, step).
  package static func fillNormal(
    _ out: MatrixView<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    var (position, out) = unsafe (
      random_position(key: key, stream: stream, step: step, first: first), out.output
    )
    unsafe kernels.pointee.fill_normal(&position, &out)
  }

  /// Uniform variates on [0, 1). Element j is number `first + j` of (key, stream, step).
  package static func fillUniform(
    _ out: Buffer<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    var position = random_position(key: key, stream: stream, step: step, first: first)
    unsafe kernels.pointee.fill_uniform(&position, out.output)
  }
}

extension StoredTensor {
  /// Calls `body` with the indices, unless there are none. Traps if an image or a pixel that `out` is
  /// to get does not exist.
  fileprivate func withIndexView<S: Scalar>(
    _ size: Int, _ first: Int, _ indices: Span<UInt32>, _ out: MatrixView<S>,
    _ body: (index_list) -> Void
  ) {
    precondition(size > 0 && first >= 0 && first + out.rows <= size)
    precondition(indices.count == out.columns)
    let images = count / size
    for index in indices.indices { precondition(indices[index] < images) }
    unsafe indices.withUnsafeBufferPointer { indices in
      guard let base = indices.baseAddress else { return }
      unsafe body(index_list(base: base, count: indices.count))
    }
  }
}
