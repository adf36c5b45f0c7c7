// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetnsTest {
    @Test
    void shouldSayHowToCreateANamespaceThatIsMissing() {
        final LinuxException refusal =
                assertThrows(LinuxException.class, () -> Netns.open("linux-none"));

        assertEquals(
                "netns 'linux-none' does not exist (/run/netns/linux-none); create it: ip netns add linux-none",
                refusal.getMessage());
        assertEquals(Errno.ENOENT, refusal.errno());
    }

    @Test
    void shouldRefuseAFileThatIsNoNamespace(@TempDir Path directory) throws Exception {
        final Path file = Files.createFile(directory.resolve("plain"));

        final LinuxException refusal =
                assertThrows(LinuxException.class, () -> Netns.open(file.toString()));

        assertTrue(
                refusal.getMessage().contains("is not a network namespace"), refusal.getMessage());
    }

    @Test
    void shouldOpenTheNamespaceOfTheProcessByNoNameOrItsPath() {
        try (Netns none = Netns.open(null);
                Netns empty = Netns.open("");
                Netns path = Netns.open("/proc/self/ns/net")) {
            assertEquals(path.inode(), none.inode());
            assertEquals(path.inode(), empty.inode());
        }
    }

    @Test
    @Tag("netns")
    void shouldMeanTheSameNamespaceAfterItsNameIsGone() {
        try (TestNetns net = TestNetns.create("gone");
                Netns handle = net.open();
                Netns own = Netns.open(null)) {
            final long inode = handle.inode();
            net.delete();

            assertEquals(inode, handle.inode());
            assertNotEquals(own.inode(), handle.inode());
            Shim.close(handle.socket(2, 2, 0));
        }
    }

    @Test
    @Tag("netns")
    void shouldLeaveTheCallingThreadWhereItWas() throws Exception {
        try (TestNetns net = TestNetns.create("stay");
                Netns handle = net.open()) {
            final Path own = Path.of("/proc/thread-self/ns/net");
            final Path before = Files.readSymbolicLink(own);

            Tap.create(handle, "t0", 0x020000000001L, 1).close();

            assertEquals(before, Files.readSymbolicLink(own));
        }
    }
}
