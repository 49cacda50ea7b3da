package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** What is read out of a tree of devices, and the sentences about what is wrong with it. */
class SysfsTest {
  private static final String NIC = "0x1af4 0x1041 0x020000";
  private static final String DISK = "0x8086 0x2922 0x010601";
  private static final String ADDRESS = "0000:01:00.0";

  @TempDir Path folder;
  private MadeUpTree tree;

  @BeforeEach
  void plant() {
    tree = new MadeUpTree(folder);
  }

  @Test
  void listsNetworkFunctionsOnly() throws Exception {
    tree.function("0000:01:00.0", NIC, "virtio-pci", "6");
    tree.function("0000:00:1f.2", DISK, "ahci", "5");
    tree.function("0000:00:04.0", "0x8086 0x10d3 0x020000", null, null);
    assertEquals(
        List.of(
            new PciFunction("0000:00:04.0", 0x8086, 0x10d3, 0x020000, "", ""),
            new PciFunction(ADDRESS, 0x1af4, 0x1041, 0x020000, "virtio-pci", "6")),
        PciFunctions.network(tree.sysfs()));
  }

  @Test
  void listsNothingWhereThereIsNothing() {
    assertEquals(List.of(), PciFunctions.network(tree.sysfs()));
    assertEquals(List.of(), MdevParents.list(tree.sysfs()));
  }

  @Test
  void listsParentsWithTypesAndDevices() throws Exception {
    String types = "devices/virtual/mtty/mtty/mdev_supported_types/";
    tree.file(types + "mtty-2/name", "Dual port serial");
    tree.file(types + "mtty-2/device_api", "vfio-pci");
    tree.file(types + "mtty-2/available_instances", "12");
    tree.file(types + "mtty-1/device_api", "vfio-pci");
    String uuid = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
    tree.file("devices/virtual/mtty/mtty/" + uuid + "/remove", "");
    tree.file("devices/virtual/mtty/mtty/power/control", "auto");
    Path parent = tree.sys().resolve("devices/virtual/mtty/mtty");
    tree.link(tree.sys().resolve("class/mdev_bus/mtty"), parent);
    assertEquals(
        List.of(
            new MdevParent(
                "mtty",
                List.of(
                    new MdevType("mtty-1", "", "", "vfio-pci", -1),
                    new MdevType("mtty-2", "Dual port serial", "", "vfio-pci", 12)),
                List.of(uuid))),
        MdevParents.list(tree.sysfs()));
  }

  @Test
  void namesTheOthersOfAGroup() throws Exception {
    Path nic = tree.function(ADDRESS, NIC, "vfio-pci", "5");
    tree.function("0000:01:00.1", DISK, "ahci", "5");
    tree.function("0000:00:1c.0", DISK, "pcieport", "5");
    tree.function("0000:01:00.2", DISK, null, "5");
    IommuGroup group = IommuGroup.of(tree.sysfs(), nic);
    assertEquals(List.of("0000:01:00.1 (ahci)"), group.inTheWay());
    DriverException e = group.notViable(ADDRESS);
    assertEquals(Reason.BUSY, e.reason());
    assertTrue(
        e.getMessage()
            .startsWith(
                "0000:01:00.0 cannot be handed out: IOMMU group 5 goes as a whole, and kernel"
                    + " drivers work with 0000:01:00.1 (ahci). Bind them to vfio-pci too"),
        e.getMessage());
  }

  @Test
  void refusesAFunctionWithoutAnIommu() throws Exception {
    tree.function(ADDRESS, NIC, "vfio-pci", null);
    DriverException e = refused(false);
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertTrue(e.getMessage().contains("intel_iommu=on"), e.getMessage());
  }

  @Test
  void refusesVfioWithoutAnIommu() throws Exception {
    tree.function(ADDRESS, NIC, "vfio-pci", "9");
    tree.file("kernel/iommu_groups/9/name", "vfio-noiommu");
    DriverException e = refused(false);
    assertEquals(Reason.UNSUPPORTED, e.reason());
    assertTrue(e.getMessage().contains("overwrite any memory"), e.getMessage());
  }

  @Test
  void takesMediatedDevicesAlthoughTheirGroupsHaveTheSameName() throws Exception {
    Path device = tree.function(ADDRESS, NIC, "vfio-pci", "9");
    tree.file("kernel/iommu_groups/9/name", "vfio-noiommu");
    Path node = tree.sysfs().dev().resolve("vfio/9");
    Files.createDirectories(node.getParent());
    Files.createFile(node);
    assertEquals("9", IommuGroup.of(tree.sysfs(), device).number());
  }

  @Test
  void saysWhichFunctionIsNotThere() {
    DriverException e = refused(false);
    assertEquals(Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains(ADDRESS) && e.getMessage().contains("ENOENT"));
  }

  @Test
  void saysWhoHasAFunctionThatMayNotBeTaken() throws Exception {
    tree.function(ADDRESS, NIC, "virtio-pci", "6");
    DriverException e = refused(false);
    assertEquals(Reason.BUSY, e.reason());
    assertTrue(e.getMessage().startsWith("0000:01:00.0 is bound to virtio-pci. Set \"bind\""));
  }

  @Test
  void saysThatVfioPciIsNotLoaded() throws Exception {
    tree.function(ADDRESS, NIC, "virtio-pci", "6");
    DriverException e = refused(true);
    assertTrue(e.getMessage().contains("modprobe vfio-pci"), e.getMessage());
    assertEquals("(null)", Sysfs.read(tree.sys().resolve(override()), ""), "nothing was touched");
  }

  @Test
  void saysThatTheNodeIsNotThere() throws Exception {
    tree.function(ADDRESS, NIC, "vfio-pci", "6");
    DriverException e = refused(false);
    assertEquals(Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().startsWith("open " + folder.resolve("dev/vfio/vfio") + ": ENOENT"));
    assertTrue(e.getMessage().contains("modprobe vfio-pci"), e.getMessage());
    DriverException node =
        assertThrows(
            DriverException.class,
            () ->
                VfioFunctions.open(
                    new VfioOptions(new VfioTarget.Function(ADDRESS), VfioApi.IOMMUFD, false),
                    new Notes(),
                    tree.sysfs()));
    assertTrue(node.getMessage().contains("Linux 6.6"), node.getMessage());
  }

  @Test
  void putsBackWhatItTouchedWhenVfioPciDoesNotAccept() throws Exception {
    tree.function(ADDRESS, NIC, "virtio-pci", "6");
    Files.createDirectories(tree.sys().resolve("bus/pci/drivers/vfio-pci"));
    tree.file("bus/pci/drivers/virtio-pci/unbind", "");
    tree.file("bus/pci/drivers_probe", "");
    DriverException e = refused(true);
    assertTrue(e.getMessage().startsWith("vfio-pci did not accept " + ADDRESS), e.getMessage());
    // A plain file keeps what the line's end did not overwrite; the kernel clears the override.
    assertTrue(Files.readString(tree.sys().resolve(override())).startsWith("\n"));
    assertEquals(List.of(), Sysfs.names(folder.resolve("notes")), "no note is left");
  }

  @Test
  void wantsAnAddress() throws Exception {
    assertEquals("0000:0a:1f.7", PciAddress.full("0A:1f.7"));
    assertEquals("0001:00:04.0", PciAddress.full("0001:00:04.0"));
    for (String wrong : new String[] {"eth0", "00:04", "../../etc", "0000:00:24.0", "00:04.8"}) {
      DriverException e = assertThrows(DriverException.class, () -> PciAddress.full(wrong));
      assertEquals(Reason.CONFIGURATION, e.reason());
    }
  }

  private static String override() {
    return "bus/pci/devices/" + ADDRESS + "/driver_override";
  }

  private DriverException refused(boolean bind) {
    VfioOptions options = new VfioOptions(new VfioTarget.Function(ADDRESS), VfioApi.AUTO, bind);
    return assertThrows(
        DriverException.class, () -> VfioFunctions.open(options, new Notes(), tree.sysfs()));
  }
}
