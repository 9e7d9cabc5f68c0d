// SPDX-License-Identifier: Apache-2.0
// Writes each FILE from FILE.in.
#include <fstream>
#include <iostream>
#include <sstream>

#include "fill.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string path = argv[i];
        std::ifstream in(path + ".in");
        std::ostringstream text;
        text << in.rdbuf();
        std::ofstream out(path);
        out << completions::fill(text.str());
        if (!in || !out.flush()) {
            std::cerr << "cannot write " << path << " from " << path << ".in\n";
            return 1;
        }
    }
    return 0;
}
