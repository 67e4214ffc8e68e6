import Foundation
import TensorIO
import Testing

/// Tests of the output of `tensor-info`.
@Suite struct TensorInfoTests {
  @Test func `images with labels have a short summary`() throws {
    let shell = try Shell()
    try shell.write("images.idx", idx([7, 5, 6]))
    try shell.write("labels.idx", [0, 0, 8, 1, 0, 0, 0, 7, 3, 1, 3, 0, 9, 3, 1])
    let result = try shell.run(
      "idx2tensor images.idx --labels labels.idx -o a.tensor; tensor-info a.tensor")
    let pixels = idx([7, 5, 6]).dropFirst(16)
    let mean = Float(Double(pixels.reduce(0) { $0 + Int($1) }) / 210)
    let file = try TensorFile(shell.folder.appending(path: "a.tensor").path)
    let crc = String(try #require(file.header.crc32), radix: 16)
    let digits = String(repeating: "0", count: 8 - crc.count) + crc
    #expect(
      result.text == """
        a.tensor: images, 217 bytes of data, crc32 \(digits) (ok)
        range  0,255

        elements: images 210, labels 7

        tensor  type  shape    minimum  maximum  mean
        images  U8    7x1x5x6  \(pixels.min()!)        \(pixels.max()!)      \(mean)
        labels  U8    7        0        9        2.857143

        labels: 1 of 0, 2 of 1, 0 of 2, 3 of 3, 0 of 4, 0 of 5, 0 of 6, 0 of 7, 0 of 8, 1 of 9

        """)
  }

  @Test func `--json lists a checkpoint's configuration, progress and tensors`() throws {
    let shell = try workshop()
    let result = try shell.run(
      "wgan-step mlp-gp.bin --data images.tensor --steps 2 -o end; tensor-info --json < end")
    let info = try #require(
      JSONSerialization.jsonObject(with: result.standardOutput) as? [String: Any])
    #expect(info["path"] as? String == "standard input")
    #expect(info["kind"] as? String == "checkpoint")
    let metadata = try #require(info["metadata"] as? [String: String])
    #expect(metadata["config.batch_size"] == "20" && metadata["progress.generator_steps"] == "2")
    let file = try TensorFile(shell.folder.appending(path: "end").path)
    #expect(info["bytes"] as? Int == file.header.dataByteCount)
    let tensors = try #require(info["tensors"] as? [[String: Any]])
    #expect(tensors.count == file.header.entries.count)
    for (tensor, entry) in zip(tensors, file.header.entries) {
      let numbers: [Float] = try #require(file.numbers(of: entry.name))
      #expect(tensor["name"] as? String == entry.name && tensor["shape"] as? [Int] == entry.shape)
      let mean = numbers.reduce(0) { $0 + Double($1) } / Double(numbers.count)
      let expected = try [Double(#require(numbers.min())), Double(#require(numbers.max())), mean]
      for (key, expected) in zip(["minimum", "maximum", "mean"], expected) {
        // Foundation does not round the last digits correctly.
        let found = try #require(tensor[key] as? Double)
        #expect(abs(found - expected) <= 1e-14 * abs(expected))
      }
    }
  }

  @Test func `non-finite values are counted, and large integers and empty tensors are printed`()
    throws
  {
    let shell = try Shell()
    let path = shell.folder.appending(path: "odd").path
    let header = TensorHeader(
      kind: "odd\u{1B}[31m", metadata: ["note": String(repeating: "x", count: 1100) + "\n"],
      entries: [
        TensorEntry("labels", .i64, [3]), TensorEntry("x", .f32, [2, 3]),
        TensorEntry("nan", .f32, [1]), TensorEntry("none", .f32, [0, 4]),
        TensorEntry("one", .u8, []),
      ])
    let labels: [Int64] = [.max, .min, .max]
    let x: [Float] = [1, .nan, -.infinity, 2.5, .infinity, -3]
    let output = try OutputFile(path)
    try labels.withUnsafeBytes { labels in
      try x.withUnsafeBytes { x in
        try [Float.nan].withUnsafeBytes { nan in
          try [7 as UInt8].withUnsafeBytes { one in
            try header.write(
              [labels, x, nan, UnsafeRawBufferPointer(rebasing: x[..<0]), one], to: output)
          }
        }
      }
    }
    let result = try shell.run("tensor-info odd; tensor-info odd --json > json")
    let text = result.text
    #expect(text.hasPrefix("odd: odd\\u{1b}[31m, "))
    #expect(text.contains("xx… (105 more characters)\n"))
    for row in [
      ["x", "F32", "2x3", "-3", "2.5", "0.16666667, 1 NaN, 2 infinite"],
      ["nan", "F32", "1", "-", "-", "-, 1 NaN"], ["none", "F32", "0x4", "-", "-", "-"],
      ["one", "U8", "scalar", "7", "7", "7"],
      ["labels", "I64", "3", "\(Int64.min)", "\(Int64.max)", "3.0744574e+18"],
    ] {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(row[0]) ") })
      #expect(line.split(separator: /\s{2,}/).map(String.init) == row)
    }
    #expect(text.contains("labels: 1 of -9223372036854775808, 2 of 9223372036854775807\n"))
    // Integers are exact in JSON too.
    let jsonText = String(decoding: try shell.read("json"), as: UTF8.self)
    #expect(jsonText.contains(#""minimum":\#(Int64.min),"maximum":\#(Int64.max),"mean":3.0744"#))
    #expect(jsonText.contains(#""minimum":7,"maximum":7,"mean":7.0,"#))
    #expect(jsonText.contains(#""minimum":-3.0,"maximum":2.5,"#))
    let json = try #require(
      JSONSerialization.jsonObject(with: shell.read("json")) as? [String: Any])
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    #expect(tensors[1]["nan"] as? Int == 1 && tensors[1]["infinite"] as? Int == 2)
    #expect(tensors[2]["mean"] is NSNull)
    #expect(tensors[0]["counts"] as? [String: Int] == ["\(Int64.max)": 2, "\(Int64.min)": 1])
  }

  @Test func `a missing checksum is printed, and a wrong checksum is an error`() throws {
    let shell = try workshop()
    let piped = try shell.run("idx2tensor images.idx | tensor-info -")
    #expect(
      piped.text
        .hasPrefix("standard input: images, 9600 bytes of data, no checksum\n"))
    let json = try shell.run("idx2tensor images.idx | tensor-info --json")
    #expect(
      json.text.contains(#""crc32":null,"checked":null,"#))
    let damaged = try shell.run(
      """
      printf '\\1' | dd of=images.tensor bs=1 seek=5000 conv=notrunc 2> /dev/null
      exits 65 tensor-info images.tensor
      """)
    #expect(damaged.standardOutput.isEmpty)
    #expect(
      damaged.standardError.hasPrefix("tensor-info: images.tensor: is corrupted: wrong checksum"))
    try shell.run("tensor-info nowhere", status: 66)
  }

  @Test func `--header does not read the data`() throws {
    let shell = try workshop()
    let result = try shell.run(
      #"""
      tensor-info mlp-gp.bin | sed 's/ (ok)$/ (not checked)/' |
        awk '/^tensor / { end = index($0, "  minimum") - 1 } end { $0 = substr($0, 1, end); sub(/ +$/, "") } 1' > expected
      tensor-info --json mlp-gp.bin > whole.json; has '"crc32":"[0-9a-f]*","checked":true,' whole.json
      sed 's/,"minimum":[^}]*//g; s/"checked":true/"checked":false/' whole.json > expected.json
      printf x | dd of=mlp-gp.bin bs=1 seek=100000 conv=notrunc status=none; exits 65 tensor-info mlp-gp.bin
      tensor-info --header --json mlp-gp.bin | cmp - expected.json
      tensor-info --header mlp-gp.bin
      """#)
    #expect(try result.standardOutput == shell.read("expected"))
    let row = try #require(
      result.text.split(separator: "\n")
        .first { $0.hasPrefix("generator.2.weight ") })
    #expect(row.split(separator: /\s+/) == ["generator.2.weight", "F32", "256x128"], "\(row)")
    let damaged = try shell.run(
      "printf '{\"a' | dd of=mlp-gp.bin bs=1 seek=8 conv=notrunc; tensor-info --header mlp-gp.bin",
      status: 65)
    #expect(damaged.standardOutput.isEmpty)
  }

  @Test func `--header with a wrong file size is an error`() throws {
    let shell = try workshop()
    let size = try shell.read("images.tensor").count
    let result = try shell.run(
      """
      head -c -100 images.tensor > short; { cat images.tensor; printf x; } > long
      for file in short long; do exits 65 tensor-info --header --json $file; done
      head -c -100 images.tensor | tensor-info --header > /dev/null
      """)
    #expect(result.standardOutput.isEmpty)
    #expect(
      result.standardError == """
        tensor-info: short: is truncated (expected \(size) bytes, found \(size - 100))
        tensor-info: long: has extra bytes after the data (expected \(size) bytes, found \(size + 1))

        """)
  }

  @Test(.requires("python3"))
  func
    `every element type is listed, with statistics of all numbers of at least 16 bits and of integers`()
    throws
  {
    let shell = try Shell()
    try shell.write(
      "make.py",
      Array(
        """
        from arrays import *
        def pack(letter, *values): return struct.pack(f"<{len(values)}{letter}", *values)
        safetensors("all", {
          "U8": ("U8", [2], pack("B", 1, 255)), "BOOL": ("BOOL", [3], pack("?", 1, 0, 1)),
          "I8": ("I8", [2], pack("b", -128, 127)), "I16": ("I16", [2], pack("h", -300, 301)),
          "U16": ("U16", [2], pack("H", 3, 65535)), "I32": ("I32", [2], pack("i", -70000, 70000)),
          "U32": ("U32", [2], pack("I", 1, 4294967295)), "U64": ("U64", [2], pack("Q", 0, 2 ** 64 - 1)),
          "I64": ("I64", [2], pack("q", -2 ** 63, 5)), "F16": ("F16", [2], pack("e", 0.5, -2)),
          "BF16": ("BF16", [2], pack("H", 0x3FC0, 0xFF80)), "F64": ("F64", [2], pack("d", 0.1, 1e300)),
          "C64": ("C64", [2], bytes(16)), "F8_E5M2": ("F8_E5M2", [2], bytes(2)),
          "F8_E4M3": ("F8_E4M3", [2], bytes(2)), "F4": ("F4", [4], bytes(2)), "F6_E2M3": ("F6_E2M3", [4], bytes(3))})
        safetensors("names", {"a/b:0": ("U8", [1] * 9, b"1"), "": ("U8", [1], b"1"), "\\u001b[31m": ("U8", [1], b"1")})
        open("x.npy", "wb").write(npy([1, 2, 4], (3,), ">i4"))
        """.utf8))
    let result = try shell.run(
      """
      PYTHONPATH='\(Shell.checkout)/Tests/Fixtures' python3 make.py
      tensor-info all; tensor-info --header all > header; tensor-info --json all > json; tensor-info names > names.txt
      tensor-info x.npy > x; tensor-info --header - < x.npy > header-x
      has '^arr_0 *I32 *3 *1 *4 *2.3333333$' x; has '^arr_0 *I32 *3$' header-x
      has '^a/b:0 *U8 *1x1x1x1x1x1x1x1x1 *49' names.txt; has -F '\\u{1b}[31m  U8' names.txt
      has '"minimum":0,"maximum":1.8446744073709552e+19' json
      has '^F8_E5M2  *F8_E5M2  *2$' header; has '^F4  *F4  *4$' header
      """)
    let rows = result.text.split(separator: "\n").map {
      $0.split(separator: /\s{2,}/).map(String.init)
    }
    for row in [
      ["U8", "U8", "2", "1", "255", "128"], ["BOOL", "BOOL", "3", "0", "1", "0.6666667"],
      ["I8", "I8", "2", "-128", "127", "-0.5"], ["I16", "I16", "2", "-300", "301", "0.5"],
      ["U16", "U16", "2", "3", "65535", "32769"], ["I32", "I32", "2", "-70000", "70000", "0"],
      ["U32", "U32", "2", "1", "4294967295", "2147483648"],
      ["U64", "U64", "2", "0", "18446744073709551615", "9.223372e+18"],
      ["I64", "I64", "2", "-9223372036854775808", "5", "-4.611686e+18"],
      ["F16", "F16", "2", "-2", "0.5", "-0.75"],
      ["BF16", "BF16", "2", "1.5", "1.5", "1.5, 1 infinite"],
      ["C64", "C64", "2", "-", "-", "-"], ["F8_E4M3", "F8_E4M3", "2", "-", "-", "-"],
      ["F6_E2M3", "F6_E2M3", "4", "-", "-", "-"],
    ] {
      #expect(rows.contains(row), "\(row)")
    }
  }
}
