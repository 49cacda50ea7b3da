package org.vhostdp.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in folders and descriptors; nothing is loaded. */
class DriverStoreTest {
  @TempDir private Path temp;
  private Path store;
  private DriverJars jars;

  @BeforeEach
  void folders() throws IOException {
    store = Files.createDirectories(temp.resolve("store"));
    jars = new DriverJars(store, temp.resolve("work"));
  }

  private DriverStore open() {
    return new DriverStore(List.of(temp.resolve("absent"), store));
  }

  private String refusal() {
    List<DriverStore.Entry> entries = open().entries();
    assertEquals(1, entries.size());
    assertNull(entries.get(0).descriptor());
    return entries.get(0).refusal();
  }

  @Test
  void aDescriptorIsReadWithoutLoading() throws Exception {
    Path folder = jars.folder("one", DriverJars.keys("mine"));
    DriverDescriptor d = open().find("mine");
    assertEquals("mine", d.id());
    assertEquals("1.2.3", d.version().toString());
    assertEquals(DriverJars.MODULE, d.module());
    assertEquals("A driver of this test", d.summary());
    assertEquals(folder, d.folder());
    assertEquals(List.of(), d.jars());
    assertEquals(List.of(temp.resolve("absent"), store), open().stores());
  }

  @Test
  void nothingIsInstalled() {
    assertEquals(List.of(), open().entries());
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().load("tap"));
    assertEquals(
        "There is no driver \"tap\" in %s. No driver is installed.".formatted(open().stores()),
        e.getMessage());
  }

  @Test
  void anotherDriverIsInstalled() throws IOException {
    jars.folder("b", DriverJars.keys("bee"));
    jars.folder("a", DriverJars.keys("ant"));
    Files.writeString(store.resolve("README"), "no folder, no driver");
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().find("tap"));
    assertEquals(
        "There is no driver \"tap\" in %s. Installed: ant, bee.".formatted(open().stores()),
        e.getMessage());
  }

  @Test
  void noDescriptor() throws IOException {
    Path folder = Files.createDirectories(store.resolve("empty"));
    assertEquals("The folder " + folder + " has no driver.properties: it is no driver.", refusal());
    Files.createDirectories(folder.resolve(DriverDescriptor.FILE));
    assertEquals("The folder " + folder + " has no driver.properties: it is no driver.", refusal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "version", "module", "spi"})
  void aMissingOrEmptyKey(String key) throws IOException {
    Map<String, String> keys = DriverJars.keys("mine");
    keys.remove(key);
    Path file = jars.folder("one", keys).resolve(DriverDescriptor.FILE);
    assertEquals(file + " lacks the key \"" + key + "\".", refusal());
    keys.put(key, "  ");
    jars.folder("one", keys);
    assertEquals(file + " lacks the key \"" + key + "\".", refusal());
  }

  @ParameterizedTest
  @CsvSource({
    "version, 1",
    "version, one.two",
    "version, -1.2",
    "spi, 0.1",
    "spi, '[0.1'",
    "spi, '[0.3,0.2)'",
    "spi, '(0.1,0.1)'"
  })
  void aMalformedVersion(String key, String value) throws IOException {
    Map<String, String> keys = DriverJars.keys("mine");
    keys.put(key, value);
    Path file = jars.folder("one", keys).resolve(DriverDescriptor.FILE);
    String told = refusal();
    assertTrue(told.startsWith("In " + file + ": "), told);
    assertTrue(told.contains(value), told);
    assertTrue(told.endsWith("."), told);
  }

  @Test
  void theSummaryMayBeMissing() throws Exception {
    Map<String, String> keys = DriverJars.keys("mine");
    keys.remove("summary");
    jars.folder("one", keys);
    assertEquals("", open().find("mine").summary());
  }

  @Test
  void aDescriptorThatIsNoText() throws IOException {
    Path file = jars.folder("one", DriverJars.keys("mine")).resolve(DriverDescriptor.FILE);
    Files.write(file, new byte[] {'i', 'd', '=', (byte) 0xC3, (byte) 0x28});
    assertEquals(file + " is not readable as properties in UTF-8.", refusal());
    Files.writeString(file, "id = \\u12\n", StandardCharsets.UTF_8);
    assertEquals(file + " is not readable as properties in UTF-8.", refusal());
  }

  @Test
  void aDescriptorTooLargeToRead() throws IOException {
    Path file = jars.folder("one", DriverJars.keys("mine")).resolve(DriverDescriptor.FILE);
    Files.write(file, new byte[64 * 1024 + 1]);
    assertEquals(file + " is larger than 65536 bytes.", refusal());
  }

  @Test
  void twoFoldersOfOneId() throws IOException {
    Path one = jars.folder("one", DriverJars.keys("mine"));
    Path two = jars.folder("two", DriverJars.keys("mine"));
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().load("mine"));
    assertEquals(
        "Two folders hold a driver mine: %s and %s. Remove one.".formatted(one, two),
        e.getMessage());
  }

  @Test
  void noLibFolder() throws IOException {
    Path folder = jars.folder("one", DriverJars.keys("mine"));
    Files.delete(folder.resolve("lib"));
    DriverRefused e = assertThrows(DriverRefused.class, () -> open().load("mine"));
    assertEquals(
        "The driver mine has no readable folder %s with its jars.".formatted(folder.resolve("lib")),
        e.getMessage());
  }

  @Test
  void aRefusedFolderHidesNoOther() throws Exception {
    Files.createDirectories(store.resolve("a-broken"));
    jars.folder("b", DriverJars.keys("mine"));
    assertEquals(2, open().entries().size());
    assertEquals("mine", open().find("mine").id());
  }
}
