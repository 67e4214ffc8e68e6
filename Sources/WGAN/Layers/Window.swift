/// Where a kernel meets an image along one axis: which tap of which output position falls on which
/// input position. What lies outside the image is left out, not multiplied by zero.
struct Window: Equatable, Sendable {
  /// Positions in and out.
  let inputs: Int, outputs: Int
  /// Taps of the kernel, and how far it moves.
  let kernel: Int, stride: Int
  /// Positions before the image on which the first output's taps begin.
  let padding: Int

  /// A window with `padding` positions on both sides (PyTorch's); `nil` when nothing fits.
  init?(inputs: Int, kernel: Int, stride: Int, padding: Int) {
    guard kernel >= 1, stride >= 1, 0..<kernel ~= padding, inputs + 2 * padding >= kernel else {
      return nil
    }
    (self.inputs, self.kernel, self.stride, self.padding) = (inputs, kernel, stride, padding)
    outputs = (inputs + 2 * padding - kernel) / stride + 1
  }

  /// A window with ⌈inputs / stride⌉ outputs, what it takes of padding being shared, the odd one
  /// behind (TensorFlow's "same").
  init?(inputs: Int, kernel: Int, stride: Int) {
    guard kernel >= 1, stride >= 1, inputs >= 1 else { return nil }
    (self.inputs, self.kernel, self.stride) = (inputs, kernel, stride)
    outputs = (inputs + stride - 1) / stride
    padding = max((outputs - 1) * stride + kernel - inputs, 0) / 2
  }

  /// The input position of an output's first tap; before the image it is negative.
  func origin(of output: Int) -> Int { output * stride - padding }

  /// The taps of an output that fall inside the image.
  func taps(of output: Int) -> Range<Int> {
    let lower = min(max(-origin(of: output), 0), kernel)
    return lower..<max(lower, min(kernel, inputs - origin(of: output)))
  }

  /// The output of which `tap` falls on an input position, if there is one.
  func output(at input: Int, tap: Int) -> Int? {
    let (output, rest) = (input + padding - tap).quotientAndRemainder(dividingBy: stride)
    return rest == 0 && 0..<outputs ~= output ? output : nil
  }
}
