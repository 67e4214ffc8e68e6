// Element types other than unsigned bytes.
import TensorIO
import TestSupport
import Testing

@testable import IDXFormat

/// The big-endian bytes of numbers of a type.
func elements(_ numbers: [Double], _ type: IDXElementType) -> [UInt8] {
  func bytes(_ pattern: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: pattern.bigEndian) { [UInt8]($0) }
  }
  return numbers.flatMap { number in
    switch type {
    case .u8: bytes(UInt8(number))
    case .i8: bytes(Int8(number))
    case .i16: bytes(Int16(number))
    case .i32: bytes(Int32(number))
    case .f32: bytes(Float(number).bitPattern)
    case .f64: bytes(number.bitPattern)
    }
  }
}

@Suite struct IDXElementTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  static let types: [IDXElementType] = [.u8, .i8, .i16, .i32, .f32, .f64]

  func convert(
    _ shape: [UInt32], _ numbers: [Double], _ type: IDXElementType,
    range: ClosedRange<Double>? = nil,
    labels: [UInt8]? = nil, isGzipped: Bool = false
  ) throws -> (file: TensorFile, warnings: [String]) {
    let bytes = idx(shape, elements(numbers, type), type: type.rawValue)
    let images = try folder.write(isGzipped ? gzip(bytes) : bytes, to: "images")
    let labels = try labels.map { try folder.write($0, to: "labels") }
    var conversion = IDXConversion()
    conversion.range = range
    let warnings = try conversion.run(
      images: images, labels: labels, to: OutputFile(folder.file("out")))
    return (try TensorFile(folder.file("out")), warnings)
  }

  @Test(arguments: types, [false, true])
  func `integers from 0 to 255 of any type are bytes`(type: IDXElementType, isGzipped: Bool) throws
  {
    let numbers: [Double] = type == .i8 ? [0, 1, 2, 64, 126, 127] : [0, 1, 2, 127, 128, 255]
    let (file, warnings) = try convert([1, 2, 3], numbers, type, isGzipped: isGzipped)
    #expect(file.header.entries == [TensorEntry("images", .u8, [1, 1, 2, 3])])
    #expect(file.header.metadata["range"] == "0,255" && warnings.isEmpty)
    #expect(file.numbers(of: "images") == numbers.map { UInt8($0) })
  }

  @Test func `data larger than the buffer keeps its order`() throws {
    let numbers = (0..<2_100_000).map { Double($0 % 251) }
    let (file, _) = try convert([3, 700, 1000], numbers, .i16)
    #expect(file.numbers(of: "images") == numbers.map { UInt8($0) })
  }

  static let misfits: [(IDXElementType, Double, String)] = [
    (.i8, -1, "-1"), (.i16, 256, "256"), (.i16, -300, "-300"), (.i32, 1e9, "1000000000"),
    (.f32, 0.5, "0.5"), (.f32, .infinity, "inf"), (.f64, .nan, "nan"), (.f64, 254.5, "254.5"),
  ]

  @Test(arguments: misfits)
  func `a value that does not fit is named with its index`(
    type: IDXElementType, value: Double, text: String
  ) throws {
    var numbers = [Double](repeating: 7, count: 24)
    // Image 1, channel 0, row 2, column 1.
    numbers[12 + 2 * 2 + 1] = value
    let error = fileError { _ = try convert([2, 2, 3, 2], numbers, type) }
    #expect(error?.kind == .invalid && error?.path == folder.file("images"))
    #expect(
      error?.message == "value at [1, 0, 2, 1] is \(text) (expected an integer from 0 to 255); map "
        + "other values with --range, such as --range 0,1")
    #expect(try folder.content() == ["images"])
  }

  @Test func `the index counts from the beginning of the file`() throws {
    var numbers = [Double](repeating: 7, count: 3 << 20)
    numbers[(3 << 20) - 1] = -1
    let error = fileError { _ = try convert([3, 1024, 1024], numbers, .i16) }
    #expect(error?.message.hasPrefix("value at [2, 1023, 1023] is -1 (") == true)
  }

  @Test func `a range maps values linearly to 0 to 255`() throws {
    // Each byte divided by 255, as many programs store images, is the byte again.
    let unit = (0...255).map { Double($0) / 255 }
    for type in [IDXElementType.f32, .f64] {
      #expect(
        try convert([1, 16, 16], unit, type, range: 0...1).file.numbers(of: "images")
          == Array(UInt8(0)...255))
      let symmetric = unit.map { 2 * $0 - 1 }
      #expect(
        try convert([1, 16, 16], symmetric, type, range: -1...1).file.numbers(of: "images")
          == Array(UInt8(0)...255))
    }
    #expect(
      try convert([1, 1, 6], [-5, 0, 1000, 2000, 4095, 9000], .i16, range: 0...4095).file
        .numbers(of: "images") == [0, 0, 62, 125, 255, 255] as [UInt8])
    #expect(
      try convert([1, 1, 4], [0, 1, 255, 7], .u8, range: 0...1).warnings
        == ["2 of 4 values are outside the range and became 0 or 255"])
    #expect(try convert([1, 1, 2], [0, 1], .u8, range: 0...1).warnings.isEmpty)
    // 127.5 is rounded up.
    #expect(
      try convert([1, 1, 2], [1, 2], .u8, range: 0...2).file.numbers(of: "images")
        == [128, 255] as [UInt8])
    let error = fileError { _ = try convert([1, 1, 2], [0, .nan], .f32, range: 0...1) }
    #expect(error?.message == "value at [0, 0, 1] is nan (expected a number)")
  }

  @Test func `images of zeros and ones are reported`() throws {
    let warning =
      "all values are 0 or 1 of 255, so the images are nearly black; use --range 0,1 if 1 is white"
    #expect(try convert([1, 1, 2], [0, 1], .f32).warnings == [warning])
    #expect(try convert([1, 1, 2], [0, 1], .u8).warnings == [warning])
    #expect(try convert([1, 1, 2], [0, 2], .u8).warnings == [])
    #expect(try convert([1, 1, 2], [0, 0], .u8).warnings == [])
    #expect(try convert([1, 1, 2], [0, 1], .u8, range: 0...1).warnings == [])
  }

  @Test func `labels of bytes are U8, others I64`() throws {
    let labels: [Double] = [3, 5, 4]
    for type in Self.types {
      let bytes = idx([3], elements(labels, type), type: type.rawValue)
      // 15 bytes of images, so that I64 needs padding.
      let (file, _) = try convert([3, 1, 5], [Double](repeating: 9, count: 15), .u8, labels: bytes)
      if type.byteCount == 1 {
        #expect(file.numbers(of: "labels") == [3, 5, 4] as [UInt8])
      } else {
        #expect(file.header["labels"] == TensorEntry("labels", .i64, [3]))
        #expect(file.numbers(of: "labels") == [3, 5, 4] as [Int64])
      }
      #expect(file.numbers(of: "images") == [UInt8](repeating: 9, count: 15))
    }
  }

  @Test func `the label of QMNIST is the first of its eight numbers`() throws {
    let count = 20_000
    let numbers = (0..<count).flatMap { (index: Int) -> [Double] in
      [Double(index % 10), 70000, 0, 1, 2, 3, 4, 5]
    }
    let labels = idx([UInt32(count), 8], elements(numbers, .i32), type: 0x0C)
    let (file, warnings) = try convert(
      [UInt32(count), 1, 1], [Double](repeating: 200, count: count), .u8, labels: labels)
    #expect(file.numbers(of: "labels") == (0..<count).map { Int64($0 % 10) })
    #expect(warnings.isEmpty)
  }

  @Test func `a label that is not a class number is an error`() throws {
    let cases: [(Double, IDXElementType, String)] = [
      (-1, .i8, "-1"), (-7, .i32, "-7"), (1.5, .f32, "1.5"), (.nan, .f64, "nan"),
      (1e16, .f64, "10000000000000000"),
    ]
    for (label, type, text) in cases {
      let labels = idx([2], elements([1, label], type), type: type.rawValue)
      let error = fileError { _ = try convert([2, 1, 1], [7, 7], .u8, labels: labels) }
      #expect(error?.path == folder.file("labels"))
      #expect(
        error?.message
          == "label 1 (counted from 0) is \(text) (expected a class number from 0)")
    }
  }

  @Test func `labels beyond 255 and classes without images`() throws {
    let labels = idx([3], elements([300, 302, 300], .i16), type: 0x0B)
    let (file, warnings) = try convert([3, 1, 1], [7, 7, 7], .u8, labels: labels)
    #expect(file.numbers(of: "labels") == [300, 302, 300] as [Int64])
    #expect(warnings == ["no image has label 301 (labels are 300 to 302)"])
  }
}
