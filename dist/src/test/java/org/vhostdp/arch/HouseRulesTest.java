package org.vhostdp.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.NATIVE;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMembers;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules of CONTRIBUTING.md that a program can check. */
final class HouseRulesTest {
  private static final String[] QUIET = {
    "org.vhostdp.spi..",
    "org.vhostdp.linux..",
    "org.vhostdp.dataplane..",
    "org.vhostdp.driver..",
    "org.vhostdp.attest..",
    "org.vhostdp.store.."
  };

  /** Where native functions may be bound and called. */
  private static final String[] NATIVE_CODE = {
    "org.vhostdp.linux..", "org.vhostdp.driver..", "org.vhostdp..generated.."
  };

  /** What the Foreign Function and Memory API calls restricted, without the right to hand it on. */
  private static final Map<Class<?>, Set<String>> RESTRICTED =
      Map.of(
          MemorySegment.class, Set.of("reinterpret"),
          AddressLayout.class, Set.of("withTargetLayout"),
          Linker.class, Set.of("downcallHandle", "upcallStub"),
          SymbolLookup.class, Set.of("libraryLookup"),
          System.class, Set.of("load", "loadLibrary"),
          Runtime.class, Set.of("load", "loadLibrary"));

  private static final String TRANSPORT_WORDS = "(?i).*(virtio|vhost|guest).*";

  private static final String EMPTY_WORDS =
      "(.*[a-z0-9_])?(Manager|Helper|Utils?|Utilities|Impl)([A-Z0-9_$].*)?";

  private static final String EMPTY_FIELD_WORDS =
      "((manager|helper|utils?|impl)|.*[a-z0-9_](Manager|Helper|Utils?|Impl))([A-Z0-9_].*)?";

  @Test
  void nativeFunctionsAreReachedOnlyFromTheLinuxModuleAndFromDrivers() {
    noClasses()
        .that()
        .resideOutsideOfPackages(NATIVE_CODE)
        .should()
        .callCodeUnitWhere(isRestricted())
        .check(Product.CLASSES);
  }

  @Test
  void theRightToNativeAccessIsHandedOnOnlyByTheLoadersOfDrivers() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.vhostdp.store..", "org.vhostdp.linux..")
        .and()
        // The kit loads a driver that a vendor tests in his own build once more.
        .doNotHaveFullyQualifiedName("org.vhostdp.tck.rules.FreshDriver")
        .should()
        .callCodeUnitWhere(
            describe(
                "hand on the right to native access",
                call ->
                    call.getTargetOwner().isEquivalentTo(ModuleLayer.Controller.class)
                        && call.getName().equals("enableNativeAccess")))
        .check(Product.CLASSES);
  }

  @Test
  void theSpiHasNoWordOfTheTransportInItsNames() {
    noClasses()
        .that()
        .resideInAPackage("org.vhostdp.spi..")
        .should(haveASimpleNameMatching(TRANSPORT_WORDS))
        .check(Product.CLASSES);
    noMembers()
        .that()
        .areDeclaredInClassesThat()
        .resideInAPackage("org.vhostdp.spi..")
        .should()
        .haveNameMatching(TRANSPORT_WORDS)
        .check(Product.CLASSES);
  }

  @Test
  void nothingReachesInternalsOfTheJdk() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")
        .check(Product.CLASSES);
  }

  @Test
  void noMethodIsNative() {
    noMethods().should().haveModifier(NATIVE).check(Product.CLASSES);
  }

  @Test
  void classNamesSayWhatAClassIs() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..generated..")
        .should(haveASimpleNameMatching(EMPTY_WORDS))
        .check(Product.CLASSES);
  }

  @Test
  void fieldNamesSayWhatAFieldIs() {
    noFields()
        .that()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage("..generated..")
        .should()
        .haveNameMatching(EMPTY_FIELD_WORDS)
        .check(Product.CLASSES);
  }

  @Test
  void onlyTheCommandWritesToTheTerminal() {
    noClasses()
        .that()
        .resideInAnyPackage(QUIET)
        .and()
        .resideOutsideOfPackage("..generated..")
        .should()
        .accessFieldWhere(
            describe(
                "is System.out or System.err",
                access ->
                    access.getTargetOwner().isEquivalentTo(System.class)
                        && Set.of("out", "err").contains(access.getName())))
        .check(Product.CLASSES);
  }

  @Test
  void theWordsAreFoundWhereTheyAre() {
    assertTrue("VirtioNet".matches(TRANSPORT_WORDS));
    assertTrue("PortManager".matches(EMPTY_WORDS) && "StringUtils".matches(EMPTY_WORDS));
    assertTrue(!"Utilization".matches(EMPTY_WORDS) && !"Implicit".matches(EMPTY_WORDS));
    assertTrue("queueManager".matches(EMPTY_FIELD_WORDS) && "impl".matches(EMPTY_FIELD_WORDS));
    assertTrue(!"utilization".matches(EMPTY_FIELD_WORDS));
  }

  /** The package's name is left out: the product itself is called vhost-dp. */
  private static ArchCondition<JavaClass> haveASimpleNameMatching(String words) {
    return have(
        describe("a simple name matching " + words, type -> type.getSimpleName().matches(words)));
  }

  private static DescribedPredicate<JavaCall<?>> isRestricted() {
    return describe(
        "is restricted",
        call ->
            RESTRICTED.entrySet().stream()
                .anyMatch(
                    entry ->
                        call.getTargetOwner().isAssignableTo(entry.getKey())
                            && entry.getValue().contains(call.getName())));
  }
}
