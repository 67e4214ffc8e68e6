// Trains the preset `quick` on images that this program draws, writes a checkpoint, and generates 16 images.
//
//   swift run -c release train-from-swift && tensor2png samples.tensor -o samples.png

import Engine
import TensorIO
import WGAN

guard let shape = Shape("1x16x16"), let preset = Preset("quick") else {
  fatalError("unreachable")
}

/// A white disk with a random center and radius on a black background, row by row.
func disk(using random: inout SystemRandomNumberGenerator) -> [UInt8] {
  let radius = Double.random(in: 2...5, using: &random)
  let x = Double.random(in: 5...10, using: &random)
  let y = Double.random(in: 5...10, using: &random)
  return (0..<256).map { index in
    let (dx, dy) = (Double(index % 16) - x, Double(index / 16) - y)
    return dx * dx + dy * dy <= radius * radius ? 255 : 0
  }
}

var random = SystemRandomNumberGenerator()
let images = try TrainingImages(
  pixels: (0..<1024).flatMap { _ in disk(using: &random) }, shape: shape)

var configuration = try preset.configuration(image: shape, seed: 1)
configuration.batchSize = 32
if let error = configuration.validationError { fatalError(error) }

let pool = ThreadPool(count: 2)
let state = TrainingState(initial: configuration)
let trainer = try Trainer(state, images: images, pool: pool)
let plan = TrainingPlan(trainer, .both, to: .steps(200))
while !plan.isFinished(at: state.progress) {
  let report = try trainer.step(plan.trained)
  if report.generatorStep % 50 == 0 { print(report.summary(lastEpoch: plan.lastEpoch)) }
}

try state.write(to: OutputFile("checkpoint"))
try Sampler(state, pool: pool)
  .write(Latents(seed: 0, first: 0, count: 16), to: OutputFile("samples.tensor"))
