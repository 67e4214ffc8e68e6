import PNG2Tensor
import ToolSupport

PNG2Tensor.tool.main()
