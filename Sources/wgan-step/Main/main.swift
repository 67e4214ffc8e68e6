import ToolSupport
import WGANStep

WGANStep.tool.main()
