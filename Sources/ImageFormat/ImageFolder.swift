// Draws the images of a tensor file as one PNG each: the work of `tensor2png --each`.
import Dispatch
import Synchronization
import TensorIO

/// Draws images of a tensor file of the kind `images` as one PNG file each.
///
/// The files are named by the index of the image and its label, such as `00042-7.png`. Each is replaced
/// atomically. The number of threads does not change the files.
///
/// - Parameters:
///   - file: The images, as for `drawImages`.
///   - selection: Which images; by default all from `first` on.
///   - folder: The path of the folder, which is created if it is missing. If it contains files that this
///     call would not write, nothing is written.
///   - scale: Each pixel is drawn as a square of `scale` × `scale` pixels, at least 1.
///   - alpha: How images with alpha are drawn.
///   - threads: The number of threads, at least 1.
///   - progress: Called now and then, by one of the threads, with the number of written files and of all.
/// - Throws: What `drawImages` throws; `.invalid` if the labels do not belong to the images; `.cannotCreate`
///   or `.busy` if the folder cannot be used; `.inputOutput` if a file cannot be written. If files have been
///   written before the error, its message contains their number.
public func drawEachImage(
  of file: TensorFile, _ selection: ImageSelection = ImageSelection(), into folder: String,
  scale: Int = 1, alpha: AlphaMode = .keep, threads: Int = 1,
  progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }
) throws(FileError) {
  let images = try SelectedImages(selection, of: file) { $0 }
  let grid = try ImageGrid(images, count: 1, scale: scale, alpha: alpha, path: file.path)
  let names = try ImageNames(of: file, total: images.total)
  let threads = min(threads, images.indices.count)
  let output = try OutputFolder(folder) {
    names.image(named: $0, of: images.indices) != nil
  }

  let next = Atomic(0)
  let written = Atomic(0)
  // The error of the first image that has one, which is the same for any number of threads.
  let failure = Mutex<(index: Int, error: FileError)?>(nil)
  let path = file.path
  DispatchQueue.concurrentPerform(iterations: threads) { thread in
    while failure.withLock({ $0 == nil }) {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < images.indices.count else { return }
      let image = images.indices[index]
      do throws(FileError) {
        let png = try grid.encode(images.pixels(of: image), path: path)
        try output.write(png, as: names.name(of: image))
      } catch {
        failure.withLock { if index < $0?.index ?? .max { $0 = (index, error) } }
        return
      }
      let done = written.add(1, ordering: .relaxed).newValue
      if thread == 0 { progress(done, images.indices.count) }
    }
  }
  if var error = failure.withLock({ $0 })?.error {
    let (done, all) = (written.load(ordering: .relaxed), images.indices.count)
    error.message += " (\(done) of \(all) images were written)"
    throw error
  }
}
