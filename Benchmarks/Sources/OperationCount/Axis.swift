/// A kernel along one axis of an image: how many multiplications its outputs need in a row, where
/// what lies outside the image is skipped.
struct Axis {
  let outputs: Int
  /// The sum over the outputs of the input positions that each one reads.
  let taps: Int

  /// A convolution, of an image with `border` zeros on each side or enlarged `upsampling` times by
  /// repetition: taps that fall on the same position of the small image are one product with
  /// their sum.
  init(
    inputs: Int, border: Int, kernel: Int, stride: Int, padding: Padding, upsampling: Int
  ) {
    let size = inputs * upsampling
    let before: Int
    switch padding {
    case .each(let count):
      before = count
      outputs = max(0, (size + 2 * count - kernel) / stride + 1)
    case .same:
      outputs = (size + stride - 1) / stride
      before = max((outputs - 1) * stride + kernel - size, 0) / 2
    }
    taps = (0..<outputs).reduce(0) { sum, output in
      let first = output * stride - before
      let inside = (first..<first + kernel).filter { border..<max(border, size - border) ~= $0 }
      return sum + Set(inside.map { $0 / upsampling }).count
    }
  }

  /// A transposed convolution: every input position is added to as many outputs as there are taps.
  init(transposing inputs: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int) {
    let size = (inputs - 1) * stride - 2 * padding + kernel + outputPadding
    outputs = size
    taps = (0..<inputs).reduce(0) { sum, input in
      let first = input * stride - padding
      return sum + max(0, min(size, first + kernel) - max(0, first))
    }
  }
}

/// What a convolution sees around an image.
enum Padding {
  /// So many zeros on every side.
  case each(Int)
  /// TensorFlow's: ⌈size / stride⌉ outputs, the odd zero behind.
  case same
}
