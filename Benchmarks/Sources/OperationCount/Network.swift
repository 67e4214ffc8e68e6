/// What a network costs: of each layer only what matters for counting its products.
indirect enum Node {
  /// Multiplications of one sample with a trained matrix.
  case product(Int)
  /// A layer whose slope changes with its input only in steps (ReLU, dropout).
  case bent
  /// A layer with a second derivative (tanh, layer norm).
  case curved
  /// The sum of two paths.
  case residual([Node], [Node])

  var isCurved: Bool {
    switch self {
    case .product, .bent: false
    case .curved: true
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.isCurved)
    }
  }

  var hasProduct: Bool {
    switch self {
    case .product: true
    case .bent, .curved: false
    case .residual(let main, let shortcut): (main + shortcut).contains(where: \.hasProduct)
    }
  }

  var isAffine: Bool {
    switch self {
    case .product: true
    case .bent, .curved: false
    case .residual(let main, let shortcut): (main + shortcut).allSatisfy(\.isAffine)
    }
  }
}

/// A word that cannot be counted.
public struct UnknownWord: Error, CustomStringConvertible {
  let phrase: String
  /// What to tell the user.
  public var description: String { "cannot count the operations of \"\(phrase)\"" }
}

/// Reads the text form of a network, `dense 128; relu; …`, keeping the shape.
struct NetworkReader {
  private var phrases: ArraySlice<Substring>
  /// (channels, height, width); a vector has one position.
  private(set) var shape: (channels: Int, height: Int, width: Int)
  /// How many times the image is to be enlarged before the next layer.
  private var upsampling = 1
  /// How many zeros the layer before has put around the image.
  private var border = 0

  init(_ text: String, input: (Int, Int, Int)) {
    phrases = text.split(separator: ";")[...]
    shape = input
  }

  /// The layers up to the word `end`, which is taken.
  mutating func nodes(until end: String? = nil) throws(UnknownWord) -> [Node] {
    var nodes: [Node] = []
    while let phrase = phrases.popFirst() {
      let words = phrase.split(separator: " ").map(String.init)
      if let end, words.first == end { return nodes }
      if words.first != "upsample", words.first != "conv" { enlarge() }
      if words.first != "conv" { border = 0 }
      if let node = try node(words) { nodes.append(node) }
    }
    if let end { throw UnknownWord(phrase: "residual without \(end)") }
    enlarge()
    return nodes
  }

  private mutating func enlarge() {
    shape = (shape.channels, shape.height * upsampling, shape.width * upsampling)
    upsampling = 1
  }

  private mutating func node(_ words: [String]) throws(UnknownWord) -> Node? {
    let unknown = UnknownWord(phrase: words.joined(separator: " "))
    guard let name = words.first else { throw unknown }
    let number = words.dropFirst().first.flatMap { Int($0) }
    func option(_ name: String) -> String? {
      words.firstIndex(of: name).flatMap { words.dropFirst($0 + 1).first }
    }
    func count(_ name: String, default value: Int) -> Int {
      option(name).flatMap { Int($0) } ?? value
    }
    switch (name, number) {
    case ("relu", _), ("leaky-relu", _), ("dropout", _): return .bent
    case ("tanh", _), ("sigmoid", _), ("layer-norm", _), ("batch-norm", _): return .curved
    case ("residual", _):
      let input = shape
      let main = try nodes(until: "shortcut")
      let output = shape
      shape = input
      let shortcut = try nodes(until: "add")
      shape = output
      return .residual(main, shortcut)
    case ("dense", let outputs?):
      let inputs = shape.channels * shape.height * shape.width
      shape = (outputs, 1, 1)
      return .product(inputs * outputs)
    case ("conv", let channels?), ("conv-transposed", let channels?):
      guard let kernel = option("kernel").flatMap({ Int($0) }) else { throw unknown }
      let stride = count("stride", default: 1)
      let padding = count("padding", default: 0)
      let (factor, border) = (upsampling, border)
      let transposes = name == "conv-transposed"
      let axes = [shape.height, shape.width].map { size in
        transposes
          ? Axis(
            transposing: size, kernel: kernel, stride: stride, padding: padding,
            outputPadding: count("output-padding", default: 0))
          : Axis(
            inputs: size, border: border, kernel: kernel, stride: stride,
            padding: option("padding") == "same" ? .same : .each(padding), upsampling: factor)
      }
      (upsampling, self.border) = (1, 0)
      let products = shape.channels * channels * axes[0].taps * axes[1].taps
      shape = (channels, axes[0].outputs, axes[1].outputs)
      return .product(products)
    case ("upsample", let factor?): upsampling *= factor
    case ("zero-pad", let n?):
      shape = (shape.channels, shape.height + 2 * n, shape.width + 2 * n)
      border = n
    case ("crop", let n?): shape = (shape.channels, shape.height - 2 * n, shape.width - 2 * n)
    case ("mean-pool", let n?): shape = (shape.channels, shape.height / n, shape.width / n)
    case ("flatten", _): shape = (shape.channels * shape.height * shape.width, 1, 1)
    case ("reshape", _):
      let sizes = (words.last ?? "").split(separator: "x").compactMap { Int($0) }
      guard sizes.count == 3 else { throw unknown }
      shape = (sizes[0], sizes[1], sizes[2])
    default: throw unknown
    }
    return nil
  }
}
