// What a batch is made from: images and random numbers. Every one of these traps where a kernel would
// reach outside of what it is given.

extension Scalar {
  /// out[pixel][j] = (2·image[indices[j]][first + pixel] − 255) / 255, of images of `size` numbers.
  package static func gather(
    _ images: StoredTensor<UInt8>, size: Int, from first: Int, _ indices: Span<UInt32>,
    into out: MatrixView<Self>
  ) {
    images.requirePixels(size, first, indices, out)
    unsafe indices.withUnsafeBufferPointer { indices in
      unsafe gatherBytesKernel(
        out.rows, out.columns, images.base + first, size, indices.baseAddress, out.base, out.stride)
    }
  }

  /// out[pixel][j] = image[indices[j]][first + pixel], of images of `size` numbers.
  package static func gather(
    _ images: StoredTensor<Float>, size: Int, from first: Int, _ indices: Span<UInt32>,
    into out: MatrixView<Self>
  ) {
    images.requirePixels(size, first, indices, out)
    unsafe indices.withUnsafeBufferPointer { indices in
      unsafe gatherFloatsKernel(
        out.rows, out.columns, images.base + first, size, indices.baseAddress, out.base, out.stride)
    }
  }

  /// Standard normal variates; column j is sample `first + j` of (key, stream, step).
  package static func fillNormal(
    _ out: MatrixView<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    unsafe normalColumnsKernel(
      out.rows, out.columns, key, stream, step, first, out.base, out.stride)
  }

  /// Uniform variates on [0, 1); element j is number `first + j` of (key, stream, step).
  package static func fillUniform(
    _ out: Buffer<Self>, key: UInt64, stream: UInt32, step: UInt32, first: UInt32
  ) {
    unsafe uniformsKernel(out.count, key, stream, step, first, out.base)
  }
}

extension StoredTensor {
  /// Traps unless these are images that have the pixels which a block is to get.
  fileprivate func requirePixels<S: Scalar>(
    _ size: Int, _ first: Int, _ indices: Span<UInt32>, _ out: MatrixView<S>
  ) {
    precondition(size > 0 && first >= 0 && first + out.rows <= size)
    precondition(indices.count == out.columns)
    let images = count / size
    for index in indices.indices { precondition(indices[index] < images) }
  }
}
