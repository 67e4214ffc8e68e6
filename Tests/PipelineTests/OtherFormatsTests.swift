import Foundation
import TensorIO
import Testing

/// Tests of images that other programs saved: NumPy's arrays, and safetensors without our metadata.
@Suite(.requires("python3")) struct OtherFormatsTests {
  /// A folder with `arrays.py` on Python's path, and the program run in it.
  private func folder(_ program: String) throws -> Shell {
    let shell = try Shell()
    try shell.write("make.py", Array("from arrays import *\nimport zipfile\n\(program)".utf8))
    try shell.run("PYTHONPATH='\(Shell.checkout)/Tests/Fixtures' python3 make.py")
    return shell
  }

  @Test func `integers of every type, byte order, order of axes and version give the same bytes`()
    throws
  {
    let shell = try folder(
      """
      p, shape = pixels(4 * 2 * 5 * 6), (4, 2, 5, 6)
      open("right.npy", "wb").write(npy(p, shape))
      for letter in "u1 u2 i2 u4 i4 u8 i8 f4".split():
          for order in "<>":
              for fortran in (False, True):
                  for version in (1, 2, 3):
                      name = f"{letter}{'big' if order == '>' else ''}{'F' if fortran else ''}{version}"
                      open(f"a-{name}.npy", "wb").write(npy(p, shape, order + letter, fortran, version))
      open("a-small.npy", "wb").write(npy(p, shape, "=i2"))
      """)
    let result = try shell.run(
      """
      npy2tensor right.npy -o right; ls a-*.npy | wc -l
      for file in a-*.npy; do npy2tensor $file -o made 2> /dev/null; context=$file; cmp made right; done
      tensor-info right
      """)
    #expect(result.text.hasPrefix("97\n") && result.text.contains("images  U8    4x2x5x6"))
    let pixels = try TensorFile(shell.folder.appending(path: "right").path)
    #expect(pixels.numbers(of: "images") == (0..<240).map { UInt8($0 * 89 % 241) })
  }

  @Test func `the range of real numbers follows from their extremes, or is an error`() throws {
    let shell = try folder(
      """
      p, shape = pixels(60), (2, 1, 5, 6)
      def save(name, values, descr="<f8"): open(name + ".npy", "wb").write(npy(values, shape, descr))
      save("unit", [x / 240 for x in p]); save("signed", [x / 120 - 1 for x in p])
      save("half", [x / 256 for x in p], "<f2"); save("whole", p, "<f4")
      save("odd", [x * 1.5 for x in p]); save("nan", p[:7] + [float("nan")] + p[8:])
      save("bits", [x > 120 for x in p], "|b1"); save("high", p[:33] + [256] + p[34:], "<i4")
      save("negative", [-3] + p[1:], "<i2")
      safetensors("odd.safetensors", {"images": ("F32", shape, struct.pack("60f", *[x * 1.5 for x in p]))})
      """)
    let result = try shell.run(
      """
      for name in unit signed half whole bits; do npy2tensor $name.npy -o $name; done
      npy2tensor odd.npy --range 0,360 -o stated; npy2tensor negative.npy --range -3,240 -o integers
      for name in odd nan high negative; do exits 65 npy2tensor $name.npy -o no; done; absent no
      exits 65 tensor2png odd.safetensors -o no
      exits 64 npy2tensor odd.npy --range 1,0 -o no; absent no
      """)
    func floats(_ name: String) throws -> [Float]? {
      try TensorFile(shell.folder.appending(path: name).path).numbers(of: "images")
    }
    let p = (0..<60).map { Double($0 * 89 % 241) }
    #expect(try floats("unit") == p.map { Float($0 / 240 * 2 - 1) })
    #expect(try floats("signed") == p.map { Float($0 / 120 - 1) })
    let half: [Float] = p.map { value in Float(Double(Float16(value / 256)) * 2 - 1) }
    #expect(try floats("half") == half)
    #expect(try floats("stated") == p.map { Float($0 * 1.5 / 360 * 2 - 1) })
    let integers: [Double] = [-3] + p.dropFirst()
    #expect(try floats("integers") == integers.map { Float(($0 + 3) / 243 * 2 - 1) })
    let bits = try TensorFile(shell.folder.appending(path: "bits").path)
    let expected: [UInt8] = p.map { $0 > 120 ? 255 : 0 }
    #expect(bits.numbers(of: "images") == expected)
    let whole = try TensorFile(shell.folder.appending(path: "whole").path)
    #expect(whole.numbers(of: "images") == p.map { UInt8($0) })
    let rounded = p.count { Double(Float($0 / 120 - 1)) != $0 / 120 - 1 }
    for message in [
      "unit.npy: values from 0.0 to 0.9916667 are read as range 0,1",
      "signed.npy: \(rounded) of 60 values are rounded",
      "odd.npy: tensor arr_0 has values from 0.0 to 357.0 and no range; state the range with npy2tensor --range",
      "nan.npy: arr_0[0, 0, 1, 1] is not finite",
      "high.npy: arr_0[1, 0, 0, 3] is 256 (expected an integer from 0 to 255)",
      "negative.npy: arr_0[0, 0, 0, 0] is -3 (expected",
      "odd.safetensors: tensor images has values from 0.0 to 357.0 and no range; add",
    ] {
      #expect(result.standardError.contains(message), "\(message)\n\(result.standardError)")
    }
  }

  @Test func `members of an archive are stored or deflated, and have the usual names`() throws {
    let shell = try folder(
      """
      def archive(path, members, method=zipfile.ZIP_STORED, zip64=False):
          with zipfile.ZipFile(path, "w", method) as file:
              for name, content in members.items():
                  with file.open(name + ".npy", "w", force_zip64=zip64) as member: member.write(content)
      p = npy(pixels(120), (4, 5, 6)); q = npy(pixels(60), (2, 5, 6)); y = npy([3, 1, 300, 0], (4,), "<i8")
      archive("stored.npz", {"x_train": p, "y_train": y, "x_test": q})
      archive("zip64.npz", {"x_train": p, "y_train": y, "x_test": q}, zip64=True)
      archive("deflated.npz", {"x_test": q, "y_train": y, "x_train": p}, zipfile.ZIP_DEFLATED)
      archive("one.npz", {"whatever": p, "y": npy([[3], [1], [2], [0]] and [3, 1, 2, 0], (4, 1), ">i2")})
      archive("two.npz", {"arr_0": p, "arr_1": q}); archive("none.npz", {"a": y, "b": y})
      archive("uneven.npz", {"x": p, "y": npy([1, 2], (2,))})
      objects = npy(pixels(4), (4,)).replace(b"|u1", b"|O ").replace(b"'|O '", b"'|O' ")
      archive("objects.npz", {"x_train": objects, "x_test": q})
      archive("bzip2.npz", {"x_train": p}, zipfile.ZIP_BZIP2)
      zipfile.ZipFile("torch.npz", "w").writestr("archive/data.pkl", "x")
      open("flipped.npz", "wb").write(open("stored.npz", "rb").read().replace(p[-9:], bytes(9), 1))
      """)
    let result = try shell.run(
      """
      for name in stored zip64 deflated one; do npy2tensor $name.npz -o $name; done
      cmp stored zip64; cmp stored deflated; npy2tensor two.npz --images arr_1 -o chosen
      npy2tensor stored.npz --images x_test | tensor2png -o grid.png
      for name in two none uneven objects bzip2 torch flipped; do exits 65 npy2tensor $name.npz -o no; done
      exits 65 npy2tensor stored.npz --images nothing -o no; absent no
      exits 65 wgan-sample stored.npz -o no
      """)
    let stored = try TensorFile(shell.folder.appending(path: "stored").path)
    #expect(stored.header["images"]?.shape == [4, 1, 5, 6])
    #expect(stored.numbers(of: "images") == (0..<120).map { UInt8($0 * 89 % 241) })
    #expect(stored.numbers(of: "labels") == [3, 1, 300, 0] as [Int64])
    let one = try TensorFile(shell.folder.appending(path: "one").path)
    #expect(one.numbers(of: "labels") == [3, 1, 2, 0] as [UInt8])
    let chosen = try TensorFile(shell.folder.appending(path: "chosen").path)
    #expect(chosen.header["images"]?.shape == [2, 1, 5, 6] && chosen.header["labels"] == nil)
    for message in [
      "stored.npz: the images are x_train; not used: x_test",
      "two.npz: has several arrays that may be images: arr_0, arr_1; choose one with npy2tensor --images NAME",
      "none.npz: has no images (expected an array of rank 3 or 4; found a, b)",
      "uneven.npz: y has 2 labels (expected one for each of 4 images)",
      "objects.npz: x_train: contains Python objects",
      "bzip2.npz: member \"x_train.npy\" has an unsupported",
      "torch.npz: contains a Python pickle", "flipped.npz: x_train: is corrupted: wrong checksum",
      "stored.npz: has no tensor \"nothing\"", "stored.npz: is a NumPy file, not a tensor file",
    ] {
      #expect(result.standardError.contains(message), "\(message)\n\(result.standardError)")
    }
  }

  @Test func `an implausible order of axes is an error that says what to do`() throws {
    let shell = try folder(
      """
      last, first = (8, 32, 32, 3), (8, 3, 32, 32)
      p = bytes(pixels(8 * 32 * 32 * 3))
      safetensors("last.safetensors", {"images": ("U8", last, p)})
      safetensors("kind.tensor", {"images": ("U8", last, p)}, {"tensorio.kind": "images", "range": "0,255"})
      for layout in ("NHWC", "NCHW", "HWC"):
          safetensors(layout, {"images": ("U8", last, p)}, {"range": "0,255", "layout": layout})
      safetensors("first.safetensors", {"images": ("U8", first, p)})
      safetensors("rank3.safetensors", {"images": ("U8", (8, 32, 96), p)})
      safetensors("one.safetensors", {"images": ("U8", (32, 32, 3), p[:3072])})
      safetensors("flat.safetensors", {"images": ("U8", (8, 3072), p)})
      open("last.idx", "wb").write(struct.pack(">I4I", 0x0804, *last) + p)
      open("last.npy", "wb").write(npy(list(p), last))
      """)
    let result = try shell.run(
      """
      init() { wgan-init --preset mlp-gp --like $1 --batch-size 4 -o ${2-ck}; }
      for file in last.safetensors kind.tensor one.safetensors flat.safetensors HWC; do
        exits 65 init $file no; exits 65 tensor2png $file -o no
      done
      exits 65 idx2tensor last.idx -o no; absent no
      init first.safetensors; for data in last.npy NHWC first.safetensors; do
        wgan-step ck --data $data --held-out last.npy --metrics log-$data --steps 1 -o ck2
      done
      exits 65 wgan-step ck --data last.safetensors --steps 1 -o no; absent no
      exits 65 wgan-step ck --data NHWC --held-out last.safetensors --metrics log --steps 1 -o no
      npy2tensor NHWC -o a; npy2tensor last.npy -o b; npy2tensor last.npy --axes NCHW -o c; cmp a b
      init rank3.safetensors; tensor-info --header ck > rank3; has 'config.image *1x32x96' rank3
      npy2tensor NCHW | tensor-info > strip; has 'U8 *8x32x32x3' strip; tensor-info c > c.txt; has 8x32x32x3 c.txt
      """)
    let advice =
      "has shape 8x32x32x3, which is probably N x H x W x C (expected N x C x H x W); "
    for message in [
      "tensor2png: last.safetensors: tensor images \(advice)convert it with npy2tensor --axes NHWC, or add",
      "wgan-init: kind.tensor: tensor images \(advice)",
      "wgan-step: last.safetensors: tensor images \(advice)",
      "idx2tensor: last.idx: \(advice)transpose it",
      "one.safetensors: tensor images has shape 32x32x3, which is probably one image of H x W x C; add an axis",
      "flat.safetensors: tensor images has shape 8x3072 (expected N x H x W, or N x C x H x W); reshape it",
      "HWC: metadata layout is not valid: \"HWC\" (expected NCHW or NHWC)",
      "wgan-step: last.npy: shape 8x32x32x3 is read as N x H x W x C, and transposed",
    ] {
      #expect(result.standardError.contains(message), "\(message)\n\(result.standardError)")
    }
    let count = 8 * 3072
    let pixels: [UInt8] = (0..<count).map { index in UInt8(index * 89 % 241) }
    let transposed = try TensorFile(shell.folder.appending(path: "b").path)
    #expect(transposed.header["images"]?.shape == [8, 3, 32, 32])
    let images: [UInt8] = try #require(transposed.numbers(of: "images"))
    var expected: [UInt8] = []
    for image in 0..<8 {
      for channel in 0..<3 {
        for place in 0..<1024 { expected.append(pixels[image * 3072 + place * 3 + channel]) }
      }
    }
    #expect(images == expected)
  }

  @Test func `images without metadata train and are drawn as the same images with it`() throws {
    let shell = try workshop()
    try shell.write(
      "make.py",
      Array(
        """
        from arrays import *
        _, tensors = read("images.tensor")
        safetensors("plain.safetensors", {"images": tensors["images"]})
        open("x.npy", "wb").write(npy(list(tensors["images"][2]), (150, 8, 8)))
        """.utf8))
    let result = try shell.run(
      """
      PYTHONPATH='\(Shell.checkout)/Tests/Fixtures' python3 make.py
      tensor2png images.tensor -o right.png; wgan-step mlp-gp.bin --data images.tensor --steps 2 -o right
      for file in plain.safetensors x.npy; do
        wgan-init --preset mlp-gp --like $file --batch-size 20 2> /dev/null | cmp - mlp-gp.bin
        wgan-step mlp-gp.bin --data $file --steps 2 -o made; cmp made right
      done
      # Without a conversion, there is no temporary file.
      TMPDIR=/nonexistent tensor2png x.npy -o made.png; cmp made.png right.png
      """)
    #expect(
      result.standardError == """
        wgan-step: plain.safetensors: metadata has no range; U8 is read as range 0,255
        wgan-step: plain.safetensors: has no checksum, so damage to it is not detected

        """)
  }

  @Test func `make train accepts NumPy and safetensors files`() throws {
    let shell = try workshop()
    try shell.write(
      "make.py",
      Array(
        """
        from arrays import *
        import zipfile
        p = list(read("images.tensor")[1]["images"][2])
        zipfile.ZipFile("x.npz", "w").writestr("x_train.npy", npy(p, (150, 8, 8)))
        safetensors("x.safetensors", {"images": ("U8", (150, 1, 8, 8), bytes(p))})
        """.utf8))
    try shell.run(
      """
      PYTHONPATH='\(Shell.checkout)/Tests/Fixtures' python3 make.py
      for data in x.npz x.safetensors; do
        make -C '\(Shell.checkout)' -s train TOOLS="$TOOLS" DATA=$PWD/$data HELD_OUT=$PWD/x.npz PRESET=mlp-gp BATCH=50 \
          EPOCHS=1 OUT=$PWD/run-$data
        cmp run-$data/images.tensor images.tensor; cmp run-$data/held-out.tensor images.tensor
      done
      """)
  }
}
