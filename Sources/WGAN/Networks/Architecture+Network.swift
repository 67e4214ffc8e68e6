extension Architecture {
  /// The network, for samples of shape `input`, each layer fitted to the one before.
  ///
  /// - Throws: `Misfit`, which says which layer does not fit.
  func network(input: ImageShape, output: ImageShape) throws(Misfit) -> Network {
    var shape = input
    var layers: [any Layer] = []
    for (place, word) in words.enumerated() {
      let next = try layer(word, at: place, input: shape, output: output)
      shape = next.output
      layers.append(next)
    }
    guard shape.count == output.count else {
      throw Misfit(
        reason: "makes \(shape.count) numbers (\(shape)), not \(output.count) (\(output))")
    }
    return Network(layers, input: input)
  }

  private func layer(
    _ word: Word, at place: Int, input: ImageShape, output: ImageShape
  ) throws(Misfit) -> any Layer {
    switch word {
    case .dense(let outputs):
      return Dense(input: input, output: shape(after: place, count: outputs, output: output))
    case .convolution(let channels, let kernel, let stride, let padding, let bias):
      let windows = [input.height, input.width].map { size in
        switch padding {
        case .same: Window(inputs: size, kernel: kernel, stride: stride)
        case .each(let count):
          Window(inputs: size, kernel: kernel, stride: stride, padding: count)
        }
      }
      guard let vertical = windows[0], let horizontal = windows[1],
        let correlation = Correlation(
          input, channels: channels, vertical: vertical, horizontal: horizontal)
      else { throw Misfit(reason: "layer \(place), \(word), does not fit its input of \(input)") }
      return Convolution(correlation: correlation, isTransposed: false, hasBias: bias)
    case .transposedConvolution(
      let channels, let kernel, let stride, let padding, let extra, let bias):
      let windows = [input.height, input.width].map { size in
        Window(
          inputs: (size - 1) * stride - 2 * padding + kernel + extra, kernel: kernel,
          stride: stride, padding: padding)
      }
      guard extra < stride, let vertical = windows[0], let horizontal = windows[1],
        let image = ImageShape(
          channels: channels, height: vertical.inputs, width: horizontal.inputs),
        let correlation = Correlation(
          image, channels: input.channels, vertical: vertical, horizontal: horizontal),
        correlation.output == input
      else { throw Misfit(reason: "layer \(place), \(word), does not fit its input of \(input)") }
      return Convolution(correlation: correlation, isTransposed: true, hasBias: bias)
    case .reshape(let shape):
      guard shape == input || shape.count == input.count && place > 0 && words[place - 1].isDense
      else {
        throw Misfit(
          reason: "layer \(place), \(word), must follow a dense layer of \(shape.count) outputs")
      }
      return Reshape(shape: shape)
    case .flatten: return Reshape(shape: input)
    case .leakyReLU(let slope):
      try requireAffineLayer(before: place)
      return LeakyReLU(shape: input, slope: slope)
    case .tanh:
      try requireAffineLayer(before: place)
      return Tanh(shape: input)
    }
  }

  /// Activation functions work in place, and their derivative needs their own result, so a second
  /// one must not write over it.
  private func requireAffineLayer(before place: Int) throws(Misfit) {
    guard words[..<place].last(where: { !$0.isReshape })?.isAffine == true else {
      throw Misfit(
        reason: "layer \(place), \(words[place]), must follow a dense layer or a convolution")
    }
  }

  /// The shape of what a dense layer makes: that of the reshape after it, of the whole network's
  /// output if nothing but activation functions follows, or a vector.
  private func shape(after place: Int, count: Int, output: ImageShape) -> ImageShape {
    let following = words[(place + 1)...]
    if case .reshape(let shape) = following.first, shape.count == count { return shape }
    if count == output.count, following.allSatisfy(\.isActivation) { return output }
    return .vector(count)
  }
}

/// Why the words of a network do not make one.
struct Misfit: Error, CustomStringConvertible {
  let reason: String
  var description: String { reason }
}

extension Architecture.Word {
  var isDense: Bool { if case .dense = self { true } else { false } }

  var isReshape: Bool {
    switch self {
    case .reshape, .flatten: true
    default: false
    }
  }

  /// Whether forward is affine, so that the value at an interpolate is the interpolation of values.
  var isAffine: Bool {
    switch self {
    case .dense, .convolution, .transposedConvolution: true
    default: false
    }
  }

  var isActivation: Bool {
    switch self {
    case .leakyReLU, .tanh: true
    default: false
    }
  }
}

extension Architecture.Word: CustomStringConvertible {
  var description: String { Architecture([self]).description }
}
