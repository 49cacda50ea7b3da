package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The same by the device's own node and an iommufd, in a kernel that has them. */
@Tag("guest-kernel")
class NodeGuestTest extends FunctionGuestTest {
  @Override
  VfioApi api() {
    return VfioApi.IOMMUFD;
  }

  @BeforeEach
  @Override
  void remember() {
    assumeTrue(
        Files.exists(Path.of("/dev/iommu")),
        "needs a kernel with IOMMUFD and VFIO_DEVICE_CDEV; Debian's are built without");
    super.remember();
  }
}
