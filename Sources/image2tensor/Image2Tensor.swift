import ArgumentParser
import ImageFormat
import TensorIO
import ToolSupport

/// The tool and its second name, which their own executables and `wgan` run.
package var tools: [any Tool.Type] { [Image2Tensor.self, PNG2Tensor.self] }

struct Image2Tensor: Tool {
  static let configuration = help(of: "image2tensor")
  @OptionGroup var options: ConversionOptions
  func run() throws { try options.convert(as: Self.self) }
}

/// The first name of the tool, from when it read only PNG.
struct PNG2Tensor: Tool {
  static let configuration = help(of: "png2tensor")
  @OptionGroup var options: ConversionOptions
  func run() throws { try options.convert(as: Self.self) }
}

/// The help of the tool under one of its names.
private func help(of name: String) -> CommandConfiguration {
  CommandConfiguration(
    commandName: name,
    abstract: "Convert PNG and JPEG files of any size to a tensor file.",
    usage: """
      \(name) [--size HxW] [--gray | --gray-alpha | --rgb | --rgba] [--fit MODE] [--labels-from-folders] [-o FILE] PATH ...
      \(name) --files-from LIST [OPTION ...]
      """,
    discussion: """
      A path is a file, or a folder for all .png, .jpg and .jpeg files below it. The content \
      determines the format, not the extension. Images are in the order of the paths; the files of a \
      folder are sorted by the bytes of their paths, as by LC_ALL=C sort. Hidden files are skipped, \
      and symbolic links are followed. For each folder with images in other formats, one line on \
      standard error reports their number and formats.

      Writes tensor `images`, U8, N x channels x height x width. image2tensor and png2tensor are two \
      names of the same tool.

      Images are turned as their EXIF orientation says, then resized by area averaging of the stored \
      values; enlarging repeats pixels. Resizing, transparency and conversion to gray use 16 bits per \
      channel, and the result is rounded to 8 bits once. Palette indices are replaced by their colors. \
      CMYK is \
      converted with red = (255 - cyan) x (255 - black) / 255; green and blue likewise. Gamma and color \
      profiles are ignored. Gray is (19595 red + 38470 green + 7471 blue) / 65536.

      With --rgba and --gray-alpha, the last channel is alpha: 0 is transparent, 255 opaque. Colors are not \
      premultiplied. Resizing averages colors by alpha and area, so that invisible colors do not count. \
      Pixels with alpha 0 get color 0, also without resizing. Padding is transparent.

      The values of 16-bit images are divided by 257. Medical and depth images often use only a few of \
      them: a warning reports the number of images that use less than a tenth of the range, and their \
      values. --range LO,HI maps the stored values LO to HI to 0...255.

      Invalid files, and missing files in a list, are reported on standard error and skipped. With \
      --strict, the first one is an error (status 65 if it is invalid, 66 if it is missing). A JPEG file \
      is invalid if libjpeg reports a warning about its data. These are always errors: a missing \
      path on the command line (66), a file or folder without read permission (66), a read failure (74), \
      and an output without images (65). An image has at most 65535 pixels per side \
      and 67108864 in total. Images are not kept in memory. If the output is a pipe, they are stored in \
      an unnamed temporary file in TMPDIR (default: /tmp) first.

      EXAMPLES:
        \(name) --size 32 --rgb --labels-from-folders photos -o photos.tensor
        \(name) --size 32 --rgba --fit pad icons -o icons.tensor
        \(name) --size 64 --gray --range 0,4095 scans -o scans.tensor

      \(exitStatusHelp)
      """,
    version: toolVersion)
}
