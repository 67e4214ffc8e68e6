// The first chunk of a PNG file, which says how the others are to be read.
// https://www.w3.org/TR/png-3/#11IHDR
import TensorIO

/// What a PNG file announces; sizes are within the limits.
struct PNGHeader: Equatable {
  /// What the samples of a pixel are; the raw value is the format's.
  enum ColorType: UInt8 {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6
  }

  let width: Int
  let height: Int
  /// The bits of a sample: 1, 2, 4, 8 or 16.
  let depth: Int
  let colorType: ColorType
  /// Whether the pixels come in the seven passes of Adam7.
  let isInterlaced: Bool

  /// No picture is wider or higher.
  static let sideLimit = 65_535
  /// No picture has more pixels: 192 MiB of them in colour.
  static let pixelLimit = 1 << 26
  /// The bytes of a file up to the end of the header: a signature, and a chunk of 13 bytes.
  static let byteCount = 33
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// The samples of a pixel.
  var samples: Int {
    switch colorType {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .rgb: 3
    case .rgba: 4
    }
  }

  /// The bits of a pixel.
  var bitsPerPixel: Int { samples * depth }

  /// Whether no pixel can have a colour; of a palette that is not asked.
  var isGray: Bool { colorType == .gray || colorType == .grayAlpha }

  /// Reads the 13 bytes of an IHDR chunk.
  ///
  /// Throws `.invalid` for what the format does not know, and for pictures over the limits.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws(FileError) {
    let fields = Array(bytes)
    precondition(fields.count == 13)
    func number(_ start: Int) -> Int { fields[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    (width, height, depth) = (number(0), number(4), Int(fields[8]))
    guard width > 0, height > 0 else {
      throw FileError(.invalid, path, "is of \(width)×\(height) pixels, width × height")
    }
    guard width <= Self.sideLimit, height <= Self.sideLimit, width * height <= Self.pixelLimit
    else {
      throw FileError(
        .invalid, path,
        "is too large: \(width)×\(height) pixels, width × height; the limits are "
          + "\(Self.sideLimit) a side and \(Self.pixelLimit) in all")
    }
    let depths: [Int]
    let type = ColorType(rawValue: fields[9])
    switch type {
    case .gray: depths = [1, 2, 4, 8, 16]
    case .palette: depths = [1, 2, 4, 8]
    case .rgb, .grayAlpha, .rgba: depths = [8, 16]
    case nil: depths = []
    }
    guard let type, depths.contains(depth) else {
      throw FileError(.invalid, path, "no PNG has color type \(fields[9]) with \(depth) bits")
    }
    colorType = type
    guard fields[10] == 0, fields[11] == 0, fields[12] <= 1 else {
      throw FileError(
        .invalid, path,
        "compression, filter or interlace method is unknown: \(fields[10]), \(fields[11]), "
          + "\(fields[12])")
    }
    isInterlaced = fields[12] == 1
  }
}

/// A grid of pixels that come one after another: every `step`th one of the picture from `start` on.
struct PNGPass: Equatable {
  let start: (x: Int, y: Int)
  let step: (x: Int, y: Int)
  let width: Int
  let height: Int

  static func == (a: PNGPass, b: PNGPass) -> Bool {
    a.start == b.start && a.step == b.step && (a.width, a.height) == (b.width, b.height)
  }
}

extension PNGHeader {
  /// The passes that have pixels: one, or up to seven.
  var passes: [PNGPass] {
    let adam7 = [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
      (0, 1, 1, 2),
    ]
    return (isInterlaced ? adam7 : [(0, 0, 1, 1)]).compactMap { x, y, stepX, stepY in
      guard x < width, y < height else { return nil }
      return PNGPass(
        start: (x, y), step: (stepX, stepY), width: (width - x - 1) / stepX + 1,
        height: (height - y - 1) / stepY + 1)
    }
  }

  /// The bytes of one row of a pass, without that of its filter.
  func rowByteCount(_ pass: PNGPass) -> Int { (pass.width * bitsPerPixel + 7) / 8 }

  /// The bytes of all rows of all passes, each with the byte of its filter.
  var dataByteCount: Int {
    passes.reduce(0) { $0 + $1.height * (rowByteCount($1) + 1) }
  }
}
